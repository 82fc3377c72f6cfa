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

  /** Demands a new generation, together with what is demanded already. */
  void add(ClusterName cluster, Demand demand) {
    byCluster.merge(cluster, demand, Demand::and);
  }

  /** Records the outcome of what was demanded, if it was, and that it is not any more. */
  void met(ClusterName cluster, CommandOutcomes.Outcome outcome) {
    Demand demand = byCluster.remove(cluster);
    if (demand != null && demand.hasCommand()) {
      outcomes.demanded(demand.command(), cluster, outcome);
    }
  }

  /** Records that the cluster gets what it has lost; what a command demands is still demanded. */
  void restored(ClusterName cluster) {
    byCluster.computeIfPresent(cluster, (_, demand) -> demand.withoutLoss().orElse(null));
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
