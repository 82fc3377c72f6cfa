/**
 * Programs that measure. Absolute times mean little on another machine; ratios within one run do.
 */
@NullMarked
package dev.sluice.benchmarks;

import org.jspecify.annotations.NullMarked;
