package dev.sluice.standalone.verify;

import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.Event;

/** An event as it lies in its topic. */
public record Received<E extends Event>(Envelope<E> envelope, int partition, long offset) {

  public E event() {
    return envelope.event();
  }
}
