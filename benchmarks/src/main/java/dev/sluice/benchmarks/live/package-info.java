/** Benchmarks of a worker that observes and heals the live objects of a cluster. */
@NullMarked
package dev.sluice.benchmarks.live;

import org.jspecify.annotations.NullMarked;
