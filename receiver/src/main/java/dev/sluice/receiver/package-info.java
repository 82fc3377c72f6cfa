/**
 * Webhook receiver: turns webhooks into change events. A request passes through {@code http}
 * (size), {@code authenticity} (signature over the raw bytes), {@code payload} (minimal parse) and
 * {@code publish} (Kafka), and {@code http} sends the response.
 */
@NullMarked
package dev.sluice.receiver;

import org.jspecify.annotations.NullMarked;
