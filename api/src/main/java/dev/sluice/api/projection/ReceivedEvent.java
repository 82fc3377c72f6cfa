package dev.sluice.api.projection;

import dev.sluice.contract.codec.Envelope;
import java.time.Instant;

/**
 * Event that was read, with its number in the read model.
 *
 * @param sequence increases in the order of reading; a rebuild assigns other numbers
 */
record ReceivedEvent(Envelope<?> envelope, long sequence) {

  Instant at() {
    return envelope.time();
  }
}
