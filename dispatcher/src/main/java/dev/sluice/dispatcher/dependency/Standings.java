package dev.sluice.dispatcher.dependency;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent.DependencyReported;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DependencyKey;
import dev.sluice.dispatcher.decide.DispatchStanding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Standings of all applications that others depend on, from the partitions' states and the workers'
 * results, and what of them the dependents' partitions were told. Pure: returns the reports to
 * send.
 */
final class Standings {

  private final Map<ApplicationName, ApplicationState> states = new HashMap<>();

  /** The dependent applications by what they depend on. */
  private final Map<DependencyKey, Set<ApplicationName>> dependents = new HashMap<>();

  private final DependencyResults results = new DependencyResults();
  private final Map<Recipient, DependencyStanding> told = new HashMap<>();

  /** The partitions to tell again, since an application began to wait, or for something else. */
  private final Set<Recipient> again = new HashSet<>();

  /** The partition that is told, by a repository that it owns. */
  private record Recipient(DependencyKey key, RepositoryId repository) {

    DependencyReported report(DependencyStanding standing) {
      return new DependencyReported(repository, key.application(), key.cluster(), standing);
    }
  }

  /** Records what a partition was told. */
  void replay(DependencyState state) {
    told.put(
        new Recipient(new DependencyKey(state.application(), state.cluster()), state.repository()),
        state.standing());
  }

  /**
   * Records the state of an application; returns the dependencies whose standing it may change, or
   * that it no longer has.
   */
  Set<DependencyKey> replay(ApplicationState state) {
    ApplicationState before = states.put(state.application(), state);
    Set<DependencyKey> ended = before == null ? Set.of() : dependencies(before);
    for (DependencyKey key : ended) {
      dependents.computeIfPresent(
          key,
          (_, names) -> {
            names.remove(state.application());
            return names.isEmpty() ? null : names;
          });
    }
    Set<DependencyKey> concerned = new HashSet<>(dependencies(state));
    tellAgain(state, before);
    for (DependencyKey key : concerned) {
      dependents.computeIfAbsent(key, _ -> new HashSet<>()).add(state.application());
    }
    for (DependencyKey key : ended) {
      if (concerned.add(key) && !isWatched(key)) {
        results.forget(key);
        again.removeIf(recipient -> recipient.key().equals(key));
      }
    }
    Stream.concat(clusters(state), Stream.ofNullable(before).flatMap(Standings::clusters))
        .map(cluster -> new DependencyKey(state.application(), cluster))
        .filter(this::isWatched)
        .forEach(concerned::add);
    return concerned;
  }

  /**
   * Repeats what an application waits for since now: its partition may have handled a report that
   * an earlier session sent after one of this session.
   */
  private void tellAgain(ApplicationState state, @Nullable ApplicationState before) {
    for (Definition definition : state.definition().stream().toList()) {
      state
          .withheld()
          .orElse(Map.of())
          .forEach(
              (cluster, withheld) -> {
                boolean isKnown =
                    before != null && before.withheld(cluster).equals(Optional.of(withheld));
                boolean isLifted =
                    withheld
                        .release()
                        .filter(given -> given.lifts(Withheld.Cause.DEPENDS_ON))
                        .isPresent();
                if (!isKnown && !isLifted) {
                  definition.dependencies().stream()
                      .map(dependency -> DependencyKey.of(dependency, cluster))
                      .map(key -> new Recipient(key, definition.owningRepository()))
                      .forEach(again::add);
                }
              });
    }
  }

  private static Stream<ClusterName> clusters(ApplicationState state) {
    return Stream.concat(
        state.dispatched().keySet().stream(),
        state.definition().stream()
            .flatMap(definition -> definition.clusters().stream())
            .map(ClusterTarget::name));
  }

  /** Records a result; returns the dependency whose standing it may change. */
  Optional<DependencyKey> replay(ResultEvent event, Instant at) {
    if (!(event instanceof ResultEvent.OfTarget result)) {
      return Optional.empty();
    }
    Subject subject = result.subject();
    DependencyKey key = new DependencyKey(subject.application(), subject.cluster());
    if (!isWatched(key)) {
      return Optional.empty();
    }
    return results.replay(key, result, at) ? Optional.of(key) : Optional.empty();
  }

  /** Returns whether an application depends on this one. */
  boolean isWatched(DependencyKey key) {
    return dependents.containsKey(key);
  }

  /** Returns the applications that others depend on. */
  Set<DependencyKey> watched() {
    return Set.copyOf(dependents.keySet());
  }

  /**
   * Returns a time before all results of the newest generation: when it was sent; empty if none
   * was.
   */
  Optional<Instant> sentAt(DependencyKey key) {
    return Optional.ofNullable(states.get(key.application()))
        .map(state -> state.dispatched().get(key.cluster()))
        .map(sent -> sent.sentAt().orElse(Instant.EPOCH));
  }

  /**
   * Returns the reports about a dependency whose standing differs from what was told, which count
   * as told from then on.
   */
  List<DependencyReported> reports(DependencyKey key) {
    List<DependencyReported> reports = new ArrayList<>();
    for (RepositoryId repository : recipients(key)) {
      Recipient recipient = new Recipient(key, repository);
      DependencyStanding standing = standing(recipient);
      if (!standing.equals(told.put(recipient, standing))) {
        again.remove(recipient);
        reports.add(recipient.report(standing));
      }
    }
    return reports;
  }

  /**
   * Returns the reports to repeat, each once. A partition that has recorded the same ignores it.
   *
   * @param isCurrent whether all results of a dependency were read; others are repeated later
   */
  List<DependencyReported> repeats(Predicate<DependencyKey> isCurrent) {
    List<DependencyReported> reports = new ArrayList<>();
    for (Recipient recipient : List.copyOf(again)) {
      if (isCurrent.test(recipient.key())) {
        again.remove(recipient);
        if (recipients(recipient.key()).contains(recipient.repository())) {
          DependencyStanding standing = standing(recipient);
          told.put(recipient, standing);
          reports.add(recipient.report(standing));
        }
      }
    }
    return reports;
  }

  /** Returns the repositories that own applications which depend on this one. */
  private Set<RepositoryId> recipients(DependencyKey key) {
    return dependents.getOrDefault(key, Set.of()).stream()
        .flatMap(name -> Optional.ofNullable(states.get(name)).stream())
        .flatMap(state -> state.definition().stream())
        .map(Definition::owningRepository)
        .collect(Collectors.toSet());
  }

  private DependencyStanding standing(Recipient recipient) {
    ClusterName cluster = recipient.key().cluster();
    Optional<ApplicationState> state =
        Optional.ofNullable(states.get(recipient.key().application()));
    return DispatchStanding.ofUnsent(state, cluster)
        .orElseGet(
            () ->
                results.standing(
                    recipient.key(),
                    DispatchStanding.sent(state.orElseThrow(), cluster).orElseThrow(),
                    Optional.ofNullable(told.get(recipient))));
  }

  private static Set<DependencyKey> dependencies(ApplicationState state) {
    Set<DependencyKey> keys = new HashSet<>();
    for (Definition definition : state.definition().stream().toList()) {
      for (Dependency dependency : definition.dependencies()) {
        for (ClusterTarget cluster : definition.clusters()) {
          keys.add(DependencyKey.of(dependency, cluster.name()));
        }
      }
    }
    return keys;
  }
}
