/**
 * Helm itself, as a program or as a library in a child JVM: one chart with its values in, manifests
 * out.
 */
@NullMarked
package dev.sluice.worker.helm;

import org.jspecify.annotations.NullMarked;
