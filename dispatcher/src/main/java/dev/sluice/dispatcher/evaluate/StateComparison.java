package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Comparison of an application's live state with its recomputed state. Pure. */
final class StateComparison {

  private final ApplicationState live;
  private final ApplicationState recomputed;

  StateComparison(ApplicationState live, ApplicationState recomputed) {
    this.live = live;
    this.recomputed = recomputed;
  }

  /** Returns whether both have the same definition: only then can inputs be compared. */
  boolean hasSameDefinition() {
    return live.definition().equals(recomputed.definition());
  }

  /**
   * Returns the state to inspect: recomputed definition and holds, with the live state's sent
   * targets.
   */
  ApplicationState toInspect() {
    return new ApplicationState(
        recomputed.application(),
        recomputed.definition(),
        recomputed.fleetRevision(),
        live.dispatched(),
        live.refused(),
        holds(recomputed),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the differences in definition and holds. */
  List<String> stateDifferences() {
    List<String> differences = new ArrayList<>();
    if (!hasSameDefinition()) {
      differences.add("the definition");
    }
    Map<ClusterName, Hold> one = holds(live);
    Map<ClusterName, Hold> other = holds(recomputed);
    for (ClusterTarget cluster : clusters(live)) {
      if (!isSameHold(one.get(cluster.name()), other.get(cluster.name()))) {
        differences.add("what holds it in " + cluster.name());
      }
    }
    return differences;
  }

  /** Returns the differences in the inputs. */
  List<String> inputDifferences(Inspection found) {
    List<String> differences = new ArrayList<>();
    var changed = new TreeSet<>(found.changed().stream().map(ClusterTarget::name).toList());
    for (Inspection.View view : found.views()) {
      ClusterName cluster = view.cluster().name();
      boolean refused = live.refused().containsKey(cluster);
      switch (view.inputs()) {
        case Inputs.Resolved _ -> {
          if (changed.contains(cluster) && live.withheld(cluster).isEmpty()) {
            differences.add("the inputs in " + cluster);
          } else if (refused) {
            differences.add(
                "an open dead letter in %s, though the source is good".formatted(cluster));
          }
        }
        case Inputs.Refused(var failure) -> {
          if (!refused) {
            differences.add("the source in %s (%s)".formatted(cluster, failure.code()));
          }
        }
      }
    }
    return differences;
  }

  private static Map<ClusterName, Hold> holds(ApplicationState state) {
    Map<ClusterName, Hold> holds = new HashMap<>(state.holds());
    holds.keySet().retainAll(clusters(state).stream().map(ClusterTarget::name).toList());
    return holds;
  }

  private static List<ClusterTarget> clusters(ApplicationState state) {
    return state.definition().map(Definition::clusters).orElse(List.of());
  }

  /** Compares all but the times, which are those of the deciding machine. */
  private static boolean isSameHold(@Nullable Hold one, @Nullable Hold other) {
    if (one == null || other == null) {
      return one == null && other == null;
    }
    return one.commit().equals(other.commit())
        && one.resent().equals(other.resent())
        && one.by().equals(other.by())
        && one.reason().equals(other.reason());
  }
}
