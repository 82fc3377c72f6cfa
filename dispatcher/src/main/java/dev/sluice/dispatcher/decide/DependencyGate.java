package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.DependencyStanding.Phase;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decision whether the applications that an application depends on have come far enough. Pure.
 *
 * <p>Of an application in the same partition, the partition knows exactly what it has sent, so the
 * result must be that of the newest generation; an evaluation decides about dependencies before the
 * applications that depend on them. Of other applications it knows what was reported.
 */
final class DependencyGate {

  /** Number of dependencies that the text names. */
  private static final int NAMED = 3;

  private final PartitionState state;

  DependencyGate(PartitionState state) {
    this.state = state;
  }

  /** Returns what an application waits for in a cluster, in words; empty if nothing. */
  Optional<String> waitsFor(Definition definition, ClusterName cluster) {
    List<String> unmet = new ArrayList<>();
    for (Dependency dependency : definition.dependencies()) {
      DependencyKey key = DependencyKey.of(dependency, cluster);
      DependencyStanding standing = standing(key);
      if (!standing.satisfies(dependency.until())) {
        unmet.add(
            "application %s in cluster %s, which %s"
                .formatted(key.application(), key.cluster(), standing.reason()));
      }
    }
    if (unmet.isEmpty()) {
      return Optional.empty();
    }
    String named = String.join("; ", unmet.subList(0, Math.min(NAMED, unmet.size())));
    int others = Math.max(0, unmet.size() - NAMED);
    return Optional.of(others == 0 ? named : "%s; and %d more".formatted(named, others));
  }

  private DependencyStanding standing(DependencyKey key) {
    Optional<DependencyStanding> reported = state.dependencies().reported(key);
    Optional<ApplicationState> local =
        state.application(key.application()).filter(known -> known.definition().isPresent());
    if (local.isEmpty()) {
      return reported.orElseGet(
          () ->
              new DependencyStanding(
                  Optional.empty(), Phase.NOT_SENT, "has not been reported to this partition yet"));
    }
    Optional<Generation> sent = DispatchStanding.sent(local.get(), key.cluster());
    return DispatchStanding.ofUnsent(local, key.cluster())
        .or(() -> reported.filter(standing -> standing.sent().equals(sent)))
        .orElseGet(() -> DependencyStanding.sent(sent.orElseThrow()));
  }
}
