/**
 * The receiver: webhooks in, change events out. The way of a request is {@code http} (size), {@code
 * authenticity} (signature over the raw bytes), {@code payload} (minimal parse), {@code publish}
 * (Kafka), and back through {@code http}.
 */
@NullMarked
package dev.sluice.receiver;

import org.jspecify.annotations.NullMarked;
