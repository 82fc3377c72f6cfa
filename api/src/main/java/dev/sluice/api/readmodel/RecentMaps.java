package dev.sluice.api.readmodel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Maps of the whole fleet, shared by callers with the same limits. A map is kept for {@value
 * #TIMES} times as long as its query took, so that many open pages of a large fleet cost a bounded
 * share of a thread. The map of a small fleet is kept for milliseconds.
 */
final class RecentMaps {

  static final int TIMES = 4;

  private final Map<Scope, Slot> slots = new ConcurrentHashMap<>();

  /** Returns the map of these limits, from the query if there is none that is recent enough. */
  FleetMap get(Scope allowed, Supplier<FleetMap> query) {
    return slots.computeIfAbsent(allowed, _ -> new Slot()).get(query);
  }

  /** The map of one caller's limits; one query at a time. */
  private static final class Slot {

    private FleetMap map = new FleetMap(List.of());
    private long until;
    private boolean isFilled;

    synchronized FleetMap get(Supplier<FleetMap> query) {
      if (!isFilled || System.nanoTime() - until > 0) {
        long begin = System.nanoTime();
        map = query.get();
        long end = System.nanoTime();
        until = end + Duration.ofNanos(end - begin).multipliedBy(TIMES).toNanos();
        isFilled = true;
      }
      return map;
    }
  }
}
