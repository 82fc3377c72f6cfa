/** The way to Kafka, and whether it is open. */
@NullMarked
package dev.sluice.receiver.publish;

import org.jspecify.annotations.NullMarked;
