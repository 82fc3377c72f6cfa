package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent;
import java.util.List;

/** Result of reading an authentic delivery. */
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

  /**
   * A delivery that does not concern Sluice; the forge must receive success, or it would disable
   * the hook.
   */
  record Ignored(IgnoredReason reason) implements Parsed {}

  /**
   * A delivery that concerns Sluice but cannot be read.
   *
   * @param reason names the field or position; quotes nothing of the body
   */
  record Malformed(String reason) implements Parsed {}
}
