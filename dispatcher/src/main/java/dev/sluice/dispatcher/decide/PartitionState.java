package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** State of a partition: exactly its state records, since it changes only by replaying them. */
public final class PartitionState {

  private final Map<RefKey, RefState> refs = new HashMap<>();
  private final Map<ApplicationName, ApplicationState> applications = new HashMap<>();

  /** Repositories by their names in lower case. */
  private final Map<String, Map<RepositoryId, RepositoryState>> repositories = new HashMap<>();

  private final DependencyIndex dependencies = new DependencyIndex();
  private final OpeningIndex openings = new OpeningIndex();
  private final Map<RefKey, Set<ApplicationName>> followers = new HashMap<>();
  private final Map<ApplicationName, String> lost = new HashMap<>();
  private final BiConsumer<ApplicationName, Optional<Definition>> defined;

  public PartitionState() {
    this((_, _) -> {});
  }

  /**
   * Creates an empty state.
   *
   * @param defined is called with an application's definition, or empty if it has none, whenever
   *     its state is replayed
   */
  public PartitionState(BiConsumer<ApplicationName, Optional<Definition>> defined) {
    this.defined = defined;
  }

  /** Followed refs by their repositories' names in lower case. */
  private final Map<String, Set<RefKey>> followedIgnoringCase = new HashMap<>();

  public void replay(StateRecord record) {
    switch (record) {
      case RefState ref -> refs.put(RefKey.of(ref), ref);
      case RepositoryState repository ->
          repositories
              .computeIfAbsent(repository.repository().key(), _ -> new HashMap<>())
              .put(repository.repository(), repository);
      case DependencyState dependency -> dependencies.replay(dependency);
      case ApplicationState state -> {
        ApplicationState old = applications.put(state.application(), state);
        if (old != null) {
          old.definition().ifPresent(this::unfollow);
        }
        state.definition().ifPresent(this::follow);
        dependencies.replay(state);
        openings.replay(state);
        defined.accept(state.application(), state.definition());
      }
    }
  }

  /** Forgets an application whose state record cannot be read, and keeps the reason. */
  public void markLost(ApplicationName application, String reason) {
    ApplicationState old = applications.remove(application);
    if (old != null) {
      old.definition().ifPresent(this::unfollow);
      defined.accept(application, Optional.empty());
      dependencies.forget(application);
      openings.forget(application);
    }
    lost.put(application, reason);
  }

  /** Forgets a ref, a repository or a dependency, by the key of its state record. */
  public void forget(String key) {
    refs.values().removeIf(ref -> ref.key().equals(key));
    repositories.values().forEach(one -> one.values().removeIf(state -> state.key().equals(key)));
    dependencies.forgetReport(key);
  }

  /**
   * Returns why an application's state record cannot be read; normally empty. Otherwise no decision
   * about the application is allowed: its generations would be counted from the beginning, and its
   * holds would be lost.
   */
  public Optional<String> lost(ApplicationName application) {
    return Optional.ofNullable(lost.get(application));
  }

  /**
   * Returns the owning repositories of applications in other partitions that read this repository,
   * or one whose name differs by case only. Repositories that own applications of this partition
   * are left out, since this partition reads the change itself.
   */
  Set<RepositoryId> readersInOtherPartitions(RepositoryId repository) {
    Set<RepositoryId> owners =
        like(repository)
            .flatMap(state -> state.readers().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    if (!owners.isEmpty()) {
      applications.values().stream()
          .flatMap(state -> state.definition().stream())
          .forEach(definition -> owners.remove(definition.owningRepository()));
    }
    return owners;
  }

  /**
   * Returns the names by which applications follow this repository, or one whose name differs by
   * case only, and from which its forge redirects.
   */
  Set<RepositoryId> formerNames(RepositoryId repository) {
    return like(repository)
        .flatMap(state -> state.formerNames().stream())
        .flatMap(Set::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  RepositoryState repository(RepositoryId repository) {
    return like(repository)
        .filter(state -> state.repository().equals(repository))
        .findFirst()
        .orElseGet(() -> new RepositoryState(repository, Set.of()));
  }

  private Stream<RepositoryState> like(RepositoryId repository) {
    return repositories.getOrDefault(repository.key(), Map.of()).values().stream();
  }

  public RefState ref(RefKey key) {
    RefState known = refs.get(key);
    return known != null
        ? known
        : new RefState(key.repository(), key.ref(), Optional.empty(), Optional.empty());
  }

  Collection<RefState> refs() {
    return Collections.unmodifiableCollection(refs.values());
  }

  public Optional<ApplicationState> application(ApplicationName name) {
    return Optional.ofNullable(applications.get(name));
  }

  /** Returns the applications that have a source on this ref, by name. */
  public List<ApplicationState> following(RefKey key) {
    return followers.getOrDefault(key, Set.of()).stream().map(this::known).toList();
  }

  /** Returns the applications whose first source is on this ref: its queue decides about them. */
  public List<ApplicationState> decidedAt(RefKey key) {
    return following(key).stream().filter(state -> key.equals(decidesAbout(state))).toList();
  }

  /**
   * Returns the applications with a further source on this ref, by the ref whose queue decides
   * about them.
   */
  public Map<RefKey, Set<ApplicationName>> decidedAtOtherRefs(RefKey key) {
    return following(key).stream()
        .filter(state -> !key.equals(decidesAbout(state)))
        .collect(
            Collectors.groupingBy(
                PartitionState::decidesAbout,
                Collectors.mapping(ApplicationState::application, Collectors.toSet())));
  }

  /**
   * Returns the one ref whose queue decides about an application. Two queues deciding at once could
   * each use an outdated commit of the other's ref.
   */
  private static RefKey decidesAbout(ApplicationState state) {
    return RefKey.of(state.definition().orElseThrow().sources().getFirst());
  }

  /**
   * Returns the followed refs that an event about this ref may concern, best match first: the ref
   * itself, and for a tag the ranges of versions that it is in. Names match in any case, since only
   * the forge knows whether case matters and an unnecessary evaluation is harmless.
   */
  public List<RefKey> matching(RefKey ref) {
    return followedIgnoringCase.getOrDefault(ref.repository().key(), Set.of()).stream()
        .filter(key -> key.ref().follows(ref.ref()))
        .sorted(
            Comparator.<RefKey, Boolean>comparing(key -> !key.equals(ref))
                .thenComparing(RefKey::repository))
        .toList();
  }

  /** Returns whether any ref of the repository is followed, in this or another partition. */
  public boolean isFollowed(RepositoryId repository) {
    return followedIgnoringCase.containsKey(repository.key())
        || like(repository)
            .anyMatch(state -> !state.readers().isEmpty() || state.formerNames().isPresent());
  }

  public boolean isFollowed(RefKey key) {
    return followers.containsKey(key);
  }

  public Set<RefKey> followed() {
    return Set.copyOf(followers.keySet());
  }

  private ApplicationState known(ApplicationName name) {
    ApplicationState state = applications.get(name);
    if (state == null) {
      throw new IllegalStateException("application " + name + " follows a ref but is not known");
    }
    return state;
  }

  private void follow(Definition definition) {
    for (var source : definition.sources()) {
      followers
          .computeIfAbsent(RefKey.of(source), _ -> new TreeSet<>())
          .add(definition.application());
      followedIgnoringCase
          .computeIfAbsent(source.repository().key(), _ -> new HashSet<>())
          .add(RefKey.of(source));
    }
  }

  private void unfollow(Definition definition) {
    for (var source : definition.sources()) {
      followers.computeIfPresent(
          RefKey.of(source),
          (_, names) -> {
            names.remove(definition.application());
            return names.isEmpty() ? null : names;
          });
      followedIgnoringCase.computeIfPresent(
          source.repository().key(),
          (_, keys) -> {
            keys.removeIf(key -> !followers.containsKey(key));
            return keys.isEmpty() ? null : keys;
          });
    }
  }

  /** Returns the index by dependency. */
  DependencyIndex dependencies() {
    return dependencies;
  }

  /**
   * Returns the definitions of the applications that wait for a maintenance window which has
   * opened. An application is returned once for each time at which one opens, so the caller must
   * remember to evaluate it.
   */
  public List<Definition> opened(Instant now) {
    return openings.opened(now).stream()
        .flatMap(name -> application(name).stream())
        .flatMap(state -> state.definition().stream())
        .toList();
  }

  /** Records that it was decided at this time whether an application waits for a window. */
  void decided(ApplicationName application, Instant at) {
    openings.decided(application, at);
  }

  /** Returns the states of all applications, also of those that have left the fleet. */
  public Collection<ApplicationState> applications() {
    return List.copyOf(applications.values());
  }

  /** Returns a draft of an application's next state. */
  ApplicationDraft draft(ApplicationName name, Decision decision) {
    return new ApplicationDraft(
        application(name).orElseGet(() -> ApplicationState.unknown(name)), decision);
  }

  /** Replays a state record and adds it to a decision. */
  void remember(Decision decision, StateRecord record) {
    replay(record);
    decision.add(record);
  }
}
