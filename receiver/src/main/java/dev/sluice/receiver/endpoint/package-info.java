/** Webhook endpoints: their configuration, and the same with the secrets read. */
@NullMarked
package dev.sluice.receiver.endpoint;

import org.jspecify.annotations.NullMarked;
