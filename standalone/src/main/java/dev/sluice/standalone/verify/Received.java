package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.Event;

/** An event and its position in the topic. */
public record Received<E extends Event>(Envelope<E> envelope, int partition, long offset) {

  public E event() {
    return envelope.event();
  }
}
