package dev.sluice.dispatcher.dependency;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent.DependencyReported;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.DependencyStanding.Phase;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
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

  private final Map<DependencyKey, Sync> syncs = new HashMap<>();
  private final Map<DependencyKey, Observed> health = new HashMap<>();
  private final Map<Recipient, DependencyStanding> told = new HashMap<>();

  /** The partitions to tell again, since an application began to wait, or for something else. */
  private final Set<Recipient> again = new HashSet<>();

  /** The last result of the worker about a generation. */
  private record Sync(Generation generation, Phase phase, String reason) {

    static Optional<Sync> of(Generation generation, DependencyStanding told) {
      return switch (told.phase()) {
        case ABSENT, NOT_SENT, SENT -> Optional.empty();
        case PARKED -> Optional.of(new Sync(generation, Phase.PARKED, told.reason()));
        case APPLIED, HEALTHY -> Optional.of(new Sync(generation, Phase.APPLIED, "is applied"));
      };
    }
  }

  /** The last observed health of a generation. */
  private record Observed(Generation generation, Health health, Instant since) {

    DependencyStanding standing() {
      return health == Health.HEALTHY
          ? new DependencyStanding(Optional.of(generation), Phase.HEALTHY, "is healthy")
          : new DependencyStanding(
              Optional.of(generation),
              Phase.APPLIED,
              "is applied, and %s since %s".formatted(health.word(), since));
    }
  }

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
        syncs.remove(key);
        health.remove(key);
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
                if (!isKnown && withheld.release().isEmpty()) {
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
    Generation generation = subject.generation();
    switch (result) {
      case ResultEvent.Applied applied when applied.kept().isPresent() ->
          syncs.put(
              key,
              new Sync(
                  generation,
                  Phase.SENT,
                  "has not deleted all objects that generation %s removes yet"
                      .formatted(generation)));
      case ResultEvent.Applied _, ResultEvent.Unchanged _ ->
          syncs.put(key, new Sync(generation, Phase.APPLIED, "is applied"));
      case ResultEvent.Parked parked -> parked(key, generation, parked.failure().code(), at);
      case ObservedEvent.OfHealth observed ->
          health.put(
              key,
              new Observed(generation, observed.observed().health(), observed.observed().since()));
      case ResultEvent.Dispatched _,
          ResultEvent.Planned _,
          Waiting _,
          ResultEvent.Superseded _,
          ResultEvent.Retrying _,
          ResultEvent.Removed _,
          ResultEvent.Fenced _,
          ObservedEvent.Drifted _,
          ObservedEvent.DriftEnded _,
          ObservedEvent.Healed _,
          ObservedEvent.Contended _ -> {
        return Optional.empty();
      }
    }
    return Optional.of(key);
  }

  /** Records that a generation is parked; a further attempt that fails alike changes nothing. */
  private void parked(DependencyKey key, Generation generation, FailureCode code, Instant at) {
    Sync last = syncs.get(key);
    if (last == null
        || !last.generation().equals(generation)
        || last.phase() != Phase.PARKED
        || !last.reason().endsWith("(%s)".formatted(code))) {
      syncs.put(
          key, new Sync(generation, Phase.PARKED, "is Parked since %s (%s)".formatted(at, code)));
    }
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
                ofSent(
                    recipient, DispatchStanding.sent(state.orElseThrow(), cluster).orElseThrow()));
  }

  /**
   * Returns the standing of a generation by its results, and as it was last told as far as there
   * are none: retention may have deleted them.
   */
  private DependencyStanding ofSent(Recipient recipient, Generation sent) {
    Optional<DependencyStanding> last =
        Optional.ofNullable(told.get(recipient))
            .filter(standing -> standing.sent().equals(Optional.of(sent)));
    Optional<Sync> sync =
        Optional.ofNullable(syncs.get(recipient.key()))
            .filter(known -> known.generation().equals(sent))
            .or(() -> last.flatMap(standing -> Sync.of(sent, standing)));
    if (sync.isEmpty()) {
      return DependencyStanding.sent(sent);
    }
    if (sync.get().phase() != Phase.APPLIED) {
      return new DependencyStanding(Optional.of(sent), sync.get().phase(), sync.get().reason());
    }
    return Optional.ofNullable(health.get(recipient.key()))
        .filter(observed -> observed.generation().equals(sent))
        .map(Observed::standing)
        .or(() -> last.filter(standing -> standing.satisfies(Dependency.Until.APPLIED)))
        .orElseGet(
            () ->
                new DependencyStanding(
                    Optional.of(sent),
                    Phase.APPLIED,
                    "is applied, and its health is not known yet"));
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
