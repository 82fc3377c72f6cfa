/** What the receiver counts. */
@NullMarked
package dev.sluice.receiver.metrics;

import org.jspecify.annotations.NullMarked;
