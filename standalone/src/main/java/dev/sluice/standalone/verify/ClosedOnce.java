package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule that a dead letter is closed once each time that it is opened or retried. A closing by
 * an operator may come at the same time as others; it names the operator, and the first closing
 * counts. Of the others there is at most one, whatever operators do.
 */
final class ClosedOnce {

  private ClosedOnce() {}

  static List<Violation> check(List<Envelope<DeadLetterEvent>> deadLetters) {
    List<Violation> violations = new ArrayList<>();
    Map<DeadLetterId, DeadLetterEvent.Closed> closed = new HashMap<>();
    for (Envelope<DeadLetterEvent> envelope : deadLetters) {
      switch (envelope.event()) {
        case DeadLetterEvent.Opened opened -> closed.remove(opened.entry());
        case DeadLetterEvent.Retried retried -> closed.remove(retried.entry());
        case DeadLetterEvent.Closed closing when closing.by().isPresent() -> {}
        case DeadLetterEvent.Closed closing -> {
          DeadLetterEvent.Closed first = closed.putIfAbsent(closing.entry(), closing);
          if (first != null) {
            violations.add(
                new Violation(
                    Guarantee.I7_DEAD_LETTERS,
                    closing.entry().value(),
                    "was closed twice: %s by generation %d, then %s by generation %d"
                        .formatted(
                            first.reason(),
                            first.generation(),
                            closing.reason(),
                            closing.generation())));
          }
        }
      }
    }
    return violations;
  }
}
