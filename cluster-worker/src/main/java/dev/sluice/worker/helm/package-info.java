/**
 * Helm as a program or as a library in a child JVM: renders one chart with its values to manifests.
 */
@NullMarked
package dev.sluice.worker.helm;

import org.jspecify.annotations.NullMarked;
