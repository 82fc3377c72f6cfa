package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.Reflector;
import dev.sluice.worker.health.ObjectHealth;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.plan.LiveState;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The live objects of all applications of a cluster, as their watches and Sluice's own writes show
 * them. Tells its listener which applications have objects that differ from what their done
 * generation left, and whose health changed. Only what is compared is stored.
 *
 * <p>An observation that is older than the newest known one of its object is ignored: watches lag
 * behind Sluice's own writes. (Kubernetes has guaranteed since 1.35 that resource versions can be
 * compared as numbers, KEP-5504; all servers did so before.)
 */
public final class LiveObjects {

  private final LiveListener listener;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ApplicationName, LiveApplication> applications = new HashMap<>();
  private final LiveIndex index = new LiveIndex();
  private final UnownedObjects unowned;

  /**
   * Creates an empty set.
   *
   * @param isState whether an object is state of Sluice itself
   */
  public LiveObjects(LiveListener listener, Clock clock, Predicate<ObjectRef> isState) {
    this.listener = listener;
    this.clock = clock;
    this.unowned = new UnownedObjects(isState);
  }

  /** Returns the kinds of all objects. */
  public Set<ApiKind> kinds() {
    return reading(index::kinds);
  }

  /** Returns whether every labelled object of a kind was seen, and is known to an application. */
  public boolean isComplete(ApiKind kind) {
    return reading(() -> index.isListed(kind) && !unowned.hasPossibleOrphans(kind));
  }

  /** Returns whether an application has this object of a kind. */
  public boolean isOwned(ApiKind kind, ObjectNode live) {
    return reading(() -> !index.find(kind, Reflector.key(live)).isEmpty());
  }

  /** Returns the number of objects. */
  public int size() {
    return reading(index::size);
  }

  /** Notes the rules of an application before its objects are seen. */
  public void prepare(ApplicationName name, Policy policy) {
    changing(
        _ -> applications.computeIfAbsent(name, LiveApplication::new).check(policy.healthChecks()));
  }

  /**
   * Notes that a generation is applied now: until it is settled, nothing of the application is
   * compared.
   *
   * @param during all objects that the application may have meanwhile
   */
  public void begin(ApplicationName name, Inventory during) {
    changing(
        effects -> {
          LiveApplication application = applications.computeIfAbsent(name, LiveApplication::new);
          application.settle(Optional.empty());
          during.entries().forEach(entry -> index.track(application, entry.ref(), effects));
        });
  }

  /** Notes that a generation was done before this worker began to lead, with what it left. */
  public void found(Subject subject, Policy policy, Inventory after) {
    settled(subject, policy, after, true);
  }

  /** Notes that a generation is done, with what it left. */
  public void settled(Subject subject, Policy policy, Inventory after) {
    settled(subject, policy, after, false);
  }

  private void settled(Subject subject, Policy policy, Inventory after, boolean isFound) {
    changing(
        effects -> {
          LiveApplication application =
              applications.computeIfAbsent(subject.application(), LiveApplication::new);
          effects.listAgain(application.check(policy.healthChecks()));
          application.settle(
              Optional.of(new LiveApplication.Settled(subject, policy, clock.instant(), isFound)));
          Set<ObjectId> kept = new HashSet<>();
          for (InventoryEntry entry : after.entries()) {
            kept.add(entry.ref().id());
            LiveObjectState object = index.track(application, entry.ref(), effects);
            object.expect(entry.ref(), entry.state().orElse(null));
            object.hook(entry.hook());
            unowned.forget(entry.ref());
            effects.listAgain(index.isMissed(object));
            object.compare(clock.instant(), effects);
          }
          unowned.left(index.forget(application, id -> !kept.contains(id), effects));
          effects.healthOf(application);
        });
  }

  /** Forgets an application that was removed. */
  public void removed(ApplicationName name) {
    changing(
        effects -> {
          LiveApplication application = applications.remove(name);
          if (application != null) {
            effects.removed(application);
            unowned.forget(name);
            unowned.left(index.forget(application, _ -> true, effects));
          }
        });
  }

  /** Notes the answer to a write of Sluice. */
  public void written(ObjectRef ref, ObjectNode live) {
    changing(
        effects ->
            index.find(ref).forEach(object -> object.observe(live, clock.instant(), effects)));
  }

  /** Notes that a kind's object was found or changed; returns whether that changes anything. */
  public boolean changed(ApiKind kind, ObjectNode live) {
    boolean[] changes = new boolean[1];
    changing(
        effects -> {
          List<LiveObjectState> known = index.find(kind, Reflector.key(live));
          known.forEach(object -> changes[0] |= object.observe(live, clock.instant(), effects));
          if (known.isEmpty()) {
            unowned.seen(kind, live, applications, clock.instant(), effects);
          }
        });
    return changes[0];
  }

  /** Returns the objects that an application does not have, and that others created. */
  public List<UnownedObjects.Returned> returned(ApplicationName name) {
    return reading(() -> unowned.of(name));
  }

  /** Notes that a kind's object was deleted, or lost the labels by which it is watched. */
  void deleted(ApiKind kind, ObjectNode last) {
    long version = LiveObjectState.version(last);
    changing(
        effects -> {
          index
              .find(kind, Reflector.key(last))
              .forEach(object -> object.observeGone(version, clock.instant(), effects));
          unowned.gone(kind, Reflector.key(last), effects);
        });
  }

  /**
   * Notes that a kind has exactly these objects; returns how many are missing that were not before.
   */
  int listed(ApiKind kind, Set<String> keys, String listVersion) {
    long version = LiveObjectState.version(listVersion);
    int[] missing = new int[1];
    changing(
        effects -> {
          index.listed(kind);
          unowned.listed(kind, keys, effects);
          for (var objects : index.ofKind(kind).entrySet()) {
            for (LiveObjectState object : objects.getValue()) {
              if (!keys.contains(objects.getKey())
                  && object.observeGone(version, clock.instant(), effects)) {
                missing[0]++;
              }
            }
          }
        });
    return missing[0];
  }

  /** Notes that a kind cannot be observed. */
  void unobservable(ApiKind kind, String reason) {
    changing(effects -> index.unobservable(kind, reason, effects));
  }

  /** Returns the objects of an application that differ, and were not compared as they are now. */
  public List<Suspect> unchecked(ApplicationName name) {
    return suspects(name, LiveObjectState::isToBeChecked);
  }

  /** Returns the objects of an application that differ. */
  public List<Suspect> differing(ApplicationName name) {
    return suspects(name, LiveObjectState::differs);
  }

  private List<Suspect> suspects(ApplicationName name, Predicate<LiveObjectState> chosen) {
    return reading(
        () ->
            Optional.ofNullable(applications.get(name)).stream()
                .filter(application -> application.settled().isPresent())
                .flatMap(application -> application.objects().values().stream())
                .filter(chosen)
                .map(object -> object.suspect(clock.instant()))
                .toList());
  }

  /** Notes that an object was compared in full in the state that the suspect names. */
  public void checked(ApplicationName name, Suspect suspect) {
    changing(_ -> find(name, suspect.ref()).ifPresent(object -> object.checked(suspect)));
  }

  /** Notes the state in which a write left an object of a done generation. */
  public void expect(ApplicationName application, ObjectRef ref, LiveState state) {
    changing(
        effects ->
            find(application, ref)
                .ifPresent(
                    object -> {
                      object.expect(ref, state);
                      object.compare(clock.instant(), effects);
                    }));
  }

  /** Returns the metadata that a write of an object needs; empty if it has to be read first. */
  public Optional<ObjectNode> known(ApplicationName name, ObjectRef ref) {
    return reading(() -> find(name, ref).flatMap(object -> object.known(ref)));
  }

  private Optional<LiveObjectState> find(ApplicationName name, ObjectRef ref) {
    return Optional.ofNullable(applications.get(name))
        .map(application -> application.objects().get(ref.id()));
  }

  /** Returns the generation of an application that is done; empty while one is applied. */
  public Optional<Subject> done(ApplicationName name) {
    return snapshot(name).map(snapshot -> snapshot.settled().subject());
  }

  /**
   * Returns the health of an application's objects, whether a generation is done or being applied;
   * without those that were not seen, or cannot be.
   */
  public Map<ObjectId, ObjectHealth> health(ApplicationName name) {
    return reading(
        () ->
            Optional.ofNullable(applications.get(name)).stream()
                .flatMap(application -> application.objects().values().stream())
                .filter(LiveObjectState::isSeen)
                .collect(
                    Collectors.toUnmodifiableMap(
                        object -> object.ref().id(), LiveObjectState::health)));
  }

  /** Returns a future that completes when an object of the application is in another state. */
  public CompletableFuture<Void> change(ApplicationName name) {
    return reading(
        () ->
            Optional.ofNullable(applications.get(name))
                .map(LiveApplication::change)
                .orElseGet(CompletableFuture::new));
  }

  /** Returns whether an application has objects, or is being applied. */
  boolean has(ApplicationName name) {
    return reading(() -> applications.containsKey(name));
  }

  /** Returns the state of an application; empty unless a generation of it is done. */
  Optional<LiveApplication.Snapshot> snapshot(ApplicationName name) {
    return reading(
        () -> Optional.ofNullable(applications.get(name)).flatMap(LiveApplication::snapshot));
  }

  private <T> T reading(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }

  /** A change under the lock. */
  private interface Change {
    void make(LiveEffects effects);
  }

  /** Makes a change, and tells the listener afterwards. */
  private void changing(Change change) {
    LiveEffects effects = new LiveEffects();
    lock.lock();
    try {
      change.make(effects);
    } finally {
      lock.unlock();
    }
    effects.tell(listener);
  }
}
