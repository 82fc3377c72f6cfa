/** Processes under test, and statistics of what is measured. */
@NullMarked
package dev.sluice.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
