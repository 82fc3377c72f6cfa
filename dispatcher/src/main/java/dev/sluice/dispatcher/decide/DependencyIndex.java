package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Index of a partition's state by dependency: what was reported about it, and which applications of
 * the partition wait for it.
 */
final class DependencyIndex {

  private final Map<DependencyKey, DependencyState> reported = new HashMap<>();
  private final Map<DependencyKey, Set<ApplicationName>> waiting = new HashMap<>();
  private final Map<ApplicationName, Set<DependencyKey>> waitsFor = new HashMap<>();

  void replay(DependencyState state) {
    reported.put(new DependencyKey(state.application(), state.cluster()), state);
  }

  void replay(ApplicationState state) {
    forget(state.application());
    Set<DependencyKey> keys = waitsFor(state);
    if (!keys.isEmpty()) {
      waitsFor.put(state.application(), keys);
      keys.forEach(
          key -> waiting.computeIfAbsent(key, _ -> new TreeSet<>()).add(state.application()));
    }
  }

  /** Forgets a report, by the key of its state record. */
  void forgetReport(String key) {
    reported.values().removeIf(state -> state.key().equals(key));
  }

  /** Forgets that an application waits. */
  void forget(ApplicationName application) {
    Set<DependencyKey> keys = waitsFor.remove(application);
    if (keys != null) {
      keys.forEach(
          key ->
              waiting.computeIfPresent(
                  key,
                  (_, names) -> {
                    names.remove(application);
                    return names.isEmpty() ? null : names;
                  }));
    }
  }

  /** Returns what was reported about a dependency; empty if nothing was. */
  Optional<DependencyStanding> reported(DependencyKey key) {
    return Optional.ofNullable(reported.get(key)).map(DependencyState::standing);
  }

  /** Returns the applications that wait for a dependency, by name. */
  Set<ApplicationName> waitingFor(DependencyKey key) {
    return Set.copyOf(waiting.getOrDefault(key, Set.of()));
  }

  private static Set<DependencyKey> waitsFor(ApplicationState state) {
    Set<DependencyKey> keys = new HashSet<>();
    for (ClusterName cluster : state.withheld().orElse(Map.of()).keySet()) {
      if (isDependent(state, cluster)) {
        state.definition().stream()
            .map(Definition::dependencies)
            .flatMap(dependencies -> dependencies.stream())
            .forEach(dependency -> keys.add(DependencyKey.of(dependency, cluster)));
      }
    }
    return keys;
  }

  static boolean isDependent(ApplicationState state, ClusterName cluster) {
    return state
        .withheld(cluster)
        .filter(withheld -> withheld.cause() == Withheld.Cause.DEPENDS_ON)
        .isPresent();
  }
}
