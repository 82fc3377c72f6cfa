package dev.sluice.api.http;

import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.ObjectDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Assembles an answer that arrives in one record or in several parts. If another worker takes over
 * and answers, its parts replace the earlier ones.
 */
final class DiffAnswer {

  /** Answers with more parts than this are ignored; no worker writes so many. */
  private static final int MAX_PARTS = 1_000;

  private final Map<Integer, DiffAnswered> parts = new TreeMap<>();
  private int expected;

  /** Adds a part and returns the answer once it is complete. */
  synchronized Optional<DiffAnswered> add(DiffAnswered part) {
    int number = part.part().orElse(1);
    int of = part.parts().orElse(1);
    if (of < 1 || of > MAX_PARTS || number < 1 || number > of) {
      return Optional.empty();
    }
    if (number == 1 || of != expected) {
      parts.clear();
      expected = of;
    }
    parts.put(number, part);
    return parts.size() == expected ? Optional.of(whole()) : Optional.empty();
  }

  private DiffAnswered whole() {
    List<ObjectDifference> differences = new ArrayList<>();
    parts.values().forEach(part -> differences.addAll(part.differences()));
    DiffAnswered last = parts.get(expected);
    return new DiffAnswered(
        last.cluster(),
        last.application(),
        last.question(),
        last.by(),
        last.generation(),
        last.ledgerGeneration(),
        differences,
        last.omitted(),
        last.failure(),
        Optional.empty(),
        Optional.empty(),
        last.otherManagers());
  }
}
