/** Where webhooks come in: what is configured, and the same with its secrets read. */
@NullMarked
package dev.sluice.receiver.endpoint;

import org.jspecify.annotations.NullMarked;
