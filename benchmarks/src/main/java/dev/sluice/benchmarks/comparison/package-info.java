/** Compares Sluice's renderings of a checkout with those of bare kustomize and helm. */
@NullMarked
package dev.sluice.benchmarks.comparison;

import org.jspecify.annotations.NullMarked;
