package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decider about reports on applications that others depend on. Pure except for the partition's
 * state, as {@link EvaluationDecider} is.
 */
public final class DependencyDecider {

  private final PartitionState partitionState;
  private final DependencyGate gate;
  private final String source;

  public DependencyDecider(PartitionState partitionState, int partition) {
    this.partitionState = partitionState;
    this.gate = new DependencyGate(partitionState);
    this.source = EventDecider.source(partition);
  }

  /**
   * Decision about a report.
   *
   * @param released the applications that need not wait any longer: the caller evaluates them
   */
  public record Reported(Decision decision, List<Definition> released) {
    public Reported {
      released = List.copyOf(released);
    }
  }

  /**
   * Records a report. Applications are released by a repeated report as well, since their own
   * evaluation may have followed the first.
   */
  public Reported reported(ChangeEvent.DependencyReported event, Trigger.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    DependencyKey key = new DependencyKey(event.application(), event.cluster());
    if (!partitionState.dependencies().reported(key).equals(Optional.of(event.standing()))) {
      partitionState.remember(
          decision,
          new DependencyState(
              event.repository(), event.application(), event.cluster(), event.standing()));
    }
    List<Definition> released = new ArrayList<>();
    for (ApplicationName name : partitionState.dependencies().waitingFor(key)) {
      ApplicationState state = partitionState.application(name).orElseThrow();
      Definition definition = state.definition().orElseThrow();
      boolean isReleased = false;
      ApplicationDraft draft = new ApplicationDraft(state, decision);
      for (ClusterName cluster : affected(state, definition, key)) {
        Optional<String> waitsFor = gate.waitsFor(definition, cluster);
        isReleased |= waitsFor.isEmpty();
        waitsFor.ifPresent(text -> draft.withholdings().waitsFor(cluster, text));
      }
      draft.changed().ifPresent(changed -> partitionState.remember(decision, changed));
      if (isReleased) {
        released.add(definition);
      }
    }
    return new Reported(decision, released);
  }

  /** Returns the clusters in which the application waits for the dependency. */
  private static Set<ClusterName> affected(
      ApplicationState state, Definition definition, DependencyKey key) {
    Set<ClusterName> affected = new TreeSet<>(state.withheld().orElse(Map.of()).keySet());
    affected.removeIf(
        cluster ->
            !DependencyIndex.isDependent(state, cluster)
                || state
                    .withheld(cluster)
                    .flatMap(Withheld::release)
                    .filter(release -> release.lifts(Withheld.Cause.DEPENDS_ON))
                    .isPresent()
                || definition.dependencies().stream()
                    .noneMatch(dependency -> isOn(dependency, cluster, key)));
    return affected;
  }

  private static boolean isOn(Dependency dependency, ClusterName cluster, DependencyKey key) {
    return DependencyKey.of(dependency, cluster).equals(key);
  }
}
