/** Metrics of the receiver. */
@NullMarked
package dev.sluice.receiver.metrics;

import org.jspecify.annotations.NullMarked;
