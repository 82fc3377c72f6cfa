package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
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

/**
 * What a home knows: exactly what its state records say, since it changes only by replaying them.
 */
public final class PartitionState {

  private final Map<RefKey, RefState> refs = new HashMap<>();
  private final Map<ApplicationName, ApplicationState> applications = new HashMap<>();
  private final Map<String, Map<RepositoryId, Set<RepositoryId>>> readers = new HashMap<>();
  private final Map<RefKey, Set<ApplicationName>> followers = new HashMap<>();
  private final Map<ApplicationName, String> lost = new HashMap<>();
  private final BiConsumer<ApplicationName, Optional<Definition>> defined;

  public PartitionState() {
    this((_, _) -> {});
  }

  /**
   * Makes an empty memory.
   *
   * @param defined is called with each application's definition, or that it has none, whenever its
   *     state is replayed
   */
  public PartitionState(BiConsumer<ApplicationName, Optional<Definition>> defined) {
    this.defined = defined;
  }

  /** The followed refs by their repositories' names in lower case. */
  private final Map<String, Set<RefKey>> followedIgnoringCase = new HashMap<>();

  public void replay(StateRecord record) {
    switch (record) {
      case RefState ref -> refs.put(RefKey.of(ref), ref);
      case RepositoryState repository ->
          readers
              .computeIfAbsent(repository.repository().key(), _ -> new HashMap<>())
              .put(repository.repository(), repository.homes());
      case ApplicationState state -> {
        ApplicationState old = applications.put(state.application(), state);
        if (old != null) {
          old.definition().ifPresent(this::unfollow);
        }
        state.definition().ifPresent(this::follow);
        defined.accept(state.application(), state.definition());
      }
    }
  }

  /** Forgets an application, and remembers that what was known of it cannot be read, and why. */
  public void lose(ApplicationName application, String reason) {
    ApplicationState old = applications.remove(application);
    if (old != null) {
      old.definition().ifPresent(this::unfollow);
      defined.accept(application, Optional.empty());
    }
    lost.put(application, reason);
  }

  /** Forgets a ref or a repository, by the key of its state record. */
  public void forget(String key) {
    refs.values().removeIf(ref -> ref.key().equals(key));
    readers
        .values()
        .forEach(one -> one.keySet().removeIf(id -> RepositoryState.keyOf(id).equals(key)));
  }

  /**
   * Why what was known of an application cannot be read; normally empty. Nothing may be decided
   * about it then: its generations would be counted from the beginning, and who held it back would
   * be forgotten.
   */
  public Optional<String> lost(ApplicationName application) {
    return Optional.ofNullable(lost.get(application));
  }

  /**
   * The repositories at whose homes there are applications that read this one as well, or one whose
   * name differs by case only; without those whose home this is, as it hears of the change itself.
   */
  Set<RepositoryId> readersElsewhere(RepositoryId repository) {
    Set<RepositoryId> homes = new TreeSet<>();
    readers.getOrDefault(repository.key(), Map.of()).values().forEach(homes::addAll);
    if (!homes.isEmpty()) {
      applications.values().stream()
          .flatMap(state -> state.definition().stream())
          .forEach(definition -> homes.remove(definition.homeRepository()));
    }
    return homes;
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

  /** The applications that have a source on this ref, by name. */
  public List<ApplicationState> following(RefKey key) {
    return followers.getOrDefault(key, Set.of()).stream().map(this::known).toList();
  }

  /** Those of them whose first source is on it: the ref's lane decides about them. */
  public List<ApplicationState> decidedAt(RefKey key) {
    return following(key).stream().filter(state -> key.equals(decidesAbout(state))).toList();
  }

  /** Those of them that another ref's lane decides about, by that ref. */
  public Map<RefKey, Set<ApplicationName>> decidedElsewhere(RefKey key) {
    return following(key).stream()
        .filter(state -> !key.equals(decidesAbout(state)))
        .collect(
            Collectors.groupingBy(
                PartitionState::decidesAbout,
                Collectors.mapping(ApplicationState::application, Collectors.toSet())));
  }

  /**
   * Where it is decided about an application, however many refs it reads: two that decided at once
   * could each know an older commit of the other's.
   */
  private static RefKey decidesAbout(ApplicationState state) {
    return RefKey.of(state.definition().orElseThrow().sources().getFirst());
  }

  /**
   * The followed refs that an event about this ref may mean: whose names' case counts only the
   * forge knows, and a look that was not needed does no harm. The best comes first.
   */
  public List<RefKey> meantBy(RefKey told) {
    return followedIgnoringCase.getOrDefault(told.repository().key(), Set.of()).stream()
        .filter(key -> key.ref().equals(told.ref()))
        .sorted(
            Comparator.<RefKey, Boolean>comparing(key -> !key.equals(told))
                .thenComparing(RefKey::repository))
        .toList();
  }

  /** Whether any ref of the repository is followed, here or at another home. */
  public boolean isFollowed(RepositoryId repository) {
    return followedIgnoringCase.containsKey(repository.key())
        || readers.getOrDefault(repository.key(), Map.of()).values().stream()
            .anyMatch(homes -> !homes.isEmpty());
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

  /** An application's state, for something to be decided about it. */
  ApplicationDraft draft(ApplicationName name, Decision decision) {
    return new ApplicationDraft(
        application(name).orElseGet(() -> ApplicationState.unknown(name)), decision);
  }

  /** Makes a record part of a decision, and remembers it. */
  void remember(Decision decision, StateRecord record) {
    replay(record);
    decision.add(record);
  }
}
