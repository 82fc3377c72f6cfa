package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent;
import java.util.List;

/** What an authentic delivery turned out to be. */
public sealed interface Parsed {

  /** At least one change. */
  record Events(DeliveryId delivery, List<ChangeEvent> events) implements Parsed {
    public Events {
      events = List.copyOf(events);
      if (events.isEmpty()) {
        throw new IllegalArgumentException("a delivery without events is Ignored");
      }
    }

    Events(DeliveryId delivery, ChangeEvent event) {
      this(delivery, List.of(event));
    }
  }

  /** Nothing that concerns Sluice; the forge must hear success, or it would switch the hook off. */
  record Ignored(IgnoredReason reason) implements Parsed {}

  /**
   * A kind of delivery that concerns Sluice, but that cannot be read.
   *
   * @param reason says which field or place; quotes nothing of the body
   */
  record Malformed(String reason) implements Parsed {}
}
