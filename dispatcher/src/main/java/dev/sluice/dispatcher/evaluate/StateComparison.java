package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a home remembers of an application, next to what was recomputed. Pure. */
final class StateComparison {

  private final ApplicationState live;
  private final ApplicationState recomputed;

  /**
   * @param recomputed from {@code changes}
   */
  StateComparison(ApplicationState live, ApplicationState recomputed) {
    this.live = live;
    this.recomputed = recomputed;
  }

  /** Whether both go by the same definition: only then can inputs be compared. */
  boolean isDefinedAlike() {
    return live.definition().equals(recomputed.definition());
  }

  /** What is to be inspected: defined and held as recomputed, sent what is remembered. */
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
        Optional.empty());
  }

  /** Differences of what was recomputed without Git. */
  List<String> remembered() {
    List<String> differences = new ArrayList<>();
    if (!isDefinedAlike()) {
      differences.add("the definition");
    }
    Map<ClusterName, Hold> one = holds(live);
    Map<ClusterName, Hold> other = holds(recomputed);
    for (ClusterTarget cluster : clusters(live)) {
      if (!isHeldAlike(one.get(cluster.name()), other.get(cluster.name()))) {
        differences.add("what holds it in " + cluster.name());
      }
    }
    return differences;
  }

  /** Differences of the inputs. */
  List<String> inputs(InputInspector.Result found) {
    List<String> differences = new ArrayList<>();
    var changed = new TreeSet<>(found.changed().stream().map(ClusterTarget::name).toList());
    for (InputInspector.View view : found.views()) {
      ClusterName cluster = view.cluster().name();
      boolean refused = live.refused().containsKey(cluster);
      switch (view.inputs()) {
        case Inputs.Resolved _ -> {
          if (changed.contains(cluster)) {
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

  /** Times are those of the machine that decided. */
  private static boolean isHeldAlike(@Nullable Hold one, @Nullable Hold other) {
    if (one == null || other == null) {
      return one == null && other == null;
    }
    return Objects.equals(one.commit(), other.commit())
        && one.by().equals(other.by())
        && one.reason().equals(other.reason());
  }
}
