package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Draft of the holds of one application, by cluster. The worker of a cluster gets an event when a
 * suspension begins or ends.
 */
final class Holds {

  private final ApplicationName application;
  private final Map<ClusterName, Hold> byCluster;
  private final Decision decision;

  Holds(ApplicationState before, Decision decision) {
    this.application = before.application();
    this.byCluster = new HashMap<>(before.holds());
    this.decision = decision;
  }

  static boolean isSuspension(@Nullable Hold hold) {
    return hold != null && hold.suspends();
  }

  @Nullable Hold in(ClusterName cluster) {
    return byCluster.get(cluster);
  }

  /** Holds the application at a commit, or suspends it. */
  void hold(ClusterName cluster, Hold hold) {
    if (isSuspension(byCluster.put(cluster, hold)) || isSuspension(hold)) {
      announce(cluster, hold.by(), hold.reason());
    }
  }

  /**
   * Ends a hold, so that the application follows Git again. The end of the suspension is announced
   * to the worker even if there was no hold, because the worker may have missed an earlier
   * announcement.
   */
  void resume(ClusterName cluster, String by, String reason) {
    byCluster.remove(cluster);
    announce(cluster, by, reason);
  }

  /** Ends the hold in a cluster that the application leaves. */
  void leave(ClusterName cluster, String by, String reason) {
    if (isSuspension(byCluster.remove(cluster))) {
      announce(cluster, by, reason);
    }
  }

  /** Tells the cluster's worker whether it may heal the application's drift. */
  void announce(ClusterName cluster, String by, String reason) {
    decision.add(
        new SuspensionEvent(
            application, cluster, isSuspension(byCluster.get(cluster)), by, reason));
  }

  /** Returns the holds by cluster, for the state. */
  Map<ClusterName, Hold> all() {
    return Map.copyOf(byCluster);
  }
}
