/** Benchmarks. Absolute times do not carry over to other machines; ratios within one run do. */
@NullMarked
package dev.sluice.benchmarks;

import org.jspecify.annotations.NullMarked;
