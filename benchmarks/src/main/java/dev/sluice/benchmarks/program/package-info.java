/** Benchmarks of the program as its users start it: at its start and at rest. */
@NullMarked
package dev.sluice.benchmarks.program;

import org.jspecify.annotations.NullMarked;
