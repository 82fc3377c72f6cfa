package dev.sluice.dispatcher.decide;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.window.ClosedWindow;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Memory of the maintenance windows that are closed, for one minute. The search for the next
 * opening may pass over thousands of windows, and all applications of a project share the
 * project's. Not thread-safe.
 */
final class ClosedWindows {

  private final Map<List<MaintenanceWindow>, ClosedWindow> known = new HashMap<>();
  private Instant minute = Instant.MIN;

  /** Returns why nothing may be sent to a cluster at this instant; empty if it may. */
  Optional<ClosedWindow> at(Instant now, SendingRules rules, ClusterName cluster) {
    Instant current = now.truncatedTo(ChronoUnit.MINUTES);
    if (!current.equals(minute)) {
      known.clear();
      minute = current;
    }
    List<MaintenanceWindow> windows = rules.concerning(cluster);
    ClosedWindow last = known.get(windows);
    if (last != null && now.isBefore(last.until())) {
      return Optional.of(last);
    }
    Optional<ClosedWindow> closed = rules.closedAt(now, cluster);
    closed.ifPresent(found -> known.put(windows, found));
    return closed;
  }
}
