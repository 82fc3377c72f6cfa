package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.name.ClusterName;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Draft of the demands of an application for new generations, by cluster. */
final class Demands {

  private final Map<ClusterName, Demand> byCluster;
  private final CommandOutcomes outcomes;

  Demands(Map<ClusterName, Demand> before, CommandOutcomes outcomes) {
    this.byCluster = new HashMap<>(before);
    this.outcomes = outcomes;
  }

  @Nullable Demand in(ClusterName cluster) {
    return byCluster.get(cluster);
  }

  /** Returns whether a command demands a new generation, and not the dispatcher. */
  boolean isCommand(ClusterName cluster) {
    Demand demand = in(cluster);
    return demand != null && outcomes.isKnown(demand.command(), cluster);
  }

  /**
   * Demands a new generation. An approval of an earlier demand stays in force unless this one is an
   * approval, too.
   */
  void add(ClusterName cluster, Demand demand) {
    byCluster.merge(
        cluster,
        demand,
        (earlier, now) ->
            now.approved() || !earlier.approved()
                ? now
                : new Demand(now.command(), true, now.by(), earlier.approval()));
  }

  /** Records the outcome of what was demanded, if it was, and that it is not any more. */
  void met(ClusterName cluster, CommandOutcomes.Outcome outcome) {
    Demand demand = byCluster.remove(cluster);
    if (demand != null) {
      outcomes.demanded(demand.command(), cluster, outcome);
    }
  }

  /** Drops what is demanded in a cluster that the application leaves. */
  void leave(ClusterName cluster) {
    byCluster.remove(cluster);
  }

  /** Returns the demands by cluster, for the state. */
  Map<ClusterName, Demand> all() {
    return Map.copyOf(byCluster);
  }
}
