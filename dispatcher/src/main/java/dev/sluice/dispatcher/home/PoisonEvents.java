package dev.sluice.dispatcher.home;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Events that end their home whenever it handles them. After some attempts such an event becomes a
 * dead letter, so that the others of its partition are handled. Remembered as long as the process
 * lives.
 */
public final class PoisonEvents {

  private static final int MOST_ATTEMPTS = 3;

  private record Place(int partition, long offset) {}

  private final Map<Place, Integer> failures = new ConcurrentHashMap<>();

  void failed(int partition, long offset) {
    failures.merge(new Place(partition, offset), 1, Integer::sum);
  }

  boolean isPoison(int partition, long offset) {
    return failures.getOrDefault(new Place(partition, offset), 0) >= MOST_ATTEMPTS;
  }

  /** The event was handled after all, or became a dead letter. */
  void forget(int partition, long offset) {
    failures.remove(new Place(partition, offset));
  }
}
