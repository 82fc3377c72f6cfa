package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule that no two events of a topic have the same id. A reader that has seen an id may skip
 * the record (CloudEvents 1.0, {@code id}), and would lose the second event.
 */
final class UniqueIds {

  private UniqueIds() {}

  /** Checks a topic's events: those with the same id have the same content. */
  static <E extends Event> List<Violation> check(List<Envelope<E>> events) {
    List<Violation> violations = new ArrayList<>();
    Map<EventId, Envelope<E>> known = new HashMap<>();
    for (Envelope<E> event : events) {
      Envelope<E> first = known.putIfAbsent(event.id(), event);
      if (first != null && !isSame(first, event)) {
        violations.add(
            new Violation(
                Guarantee.I8_AUDIT, event.id().value(), "is the id of two different events"));
      }
    }
    return violations;
  }

  private static boolean isSame(Envelope<?> one, Envelope<?> other) {
    return Arrays.equals(
        EventCodec.encode("compared", one).value(), EventCodec.encode("compared", other).value());
  }
}
