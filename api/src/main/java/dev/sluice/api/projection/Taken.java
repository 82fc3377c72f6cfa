package dev.sluice.api.projection;

import dev.sluice.contract.event.Envelope;
import java.time.Instant;

/**
 * A record that was read, with the number that the read model gave it.
 *
 * @param sequence counts up in the order of reading; another one after a rebuild
 */
record Taken(Envelope<?> envelope, long sequence) {

  Instant at() {
    return envelope.time();
  }
}
