/** Requests to a forge to redeliver failed deliveries. */
@NullMarked
package dev.sluice.receiver.catchup;

import org.jspecify.annotations.NullMarked;
