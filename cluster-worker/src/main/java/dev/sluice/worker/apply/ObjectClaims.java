package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.LogRecord;
import dev.sluice.worker.sync.RefusedSources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The objects that the applications of a cluster claim. An application claims the objects of its
 * newest target. Its claims are known once that target was planned, or if its ledger shows that the
 * target was applied; a removal claims nothing. Until then they are unknown, however often
 * rendering fails. They are also unknown while the sources of its target are refused.
 *
 * <p>The claims also track which records of a commit have arrived, since a commit may move an
 * object from one application to another.
 */
public final class ObjectClaims {

  private final Map<ApplicationName, Claims> claims = new HashMap<>();
  private final Map<ApplicationName, Set<ApplicationName>> waiting = new HashMap<>();
  private final CommitBatches batches = new CommitBatches();
  private final Consumer<ApplicationName> wake;

  /**
   * Creates claims without applications.
   *
   * @param wake retries an application that is parked; must not block
   */
  public ObjectClaims(Consumer<ApplicationName> wake) {
    this.wake = wake;
  }

  /** The claim of an owner on an object that carries its label. */
  enum OwnerClaim {
    CLAIMED,
    RELEASED,
    /** The owner's newest target has not been planned. */
    UNKNOWN
  }

  /**
   * The state of one application.
   *
   * @param newest the newest record of the log; empty if it has none
   * @param settled whether an attempt at the newest has ended
   * @param refused set while its sources are refused
   */
  private record Claims(
      Optional<LogEntry> newest,
      Optional<Planned> planned,
      boolean settled,
      Optional<RefusedSources> refused) {

    static final Claims NONE =
        new Claims(Optional.empty(), Optional.empty(), false, Optional.empty());

    boolean isKnown() {
      return refused.isEmpty() && isPlanned();
    }

    boolean isPlanned() {
      if (newest.isEmpty() || newest.get().removal()) {
        return true;
      }
      long asked = newest.get().generation().value();
      return planned
          .filter(
              known ->
                  known.generation() > asked
                      || (known.generation() == asked
                          && known.inputDigest().equals(newest.get().inputDigest())))
          .isPresent();
    }

    /** Returns the current claims, or the last known ones. */
    Map<Name, Set<ObjectRef>> objects() {
      boolean removed =
          newest.filter(LogEntry::removal).isPresent()
              && newest.get().generation().value() >= planned.map(Planned::generation).orElse(0L);
      return removed ? Map.of() : planned.map(Planned::objects).orElse(Map.of());
    }

    boolean have(ObjectId object) {
      return objects().getOrDefault(Name.of(object), Set.of()).stream()
          .anyMatch(ref -> ref.id().equals(object));
    }
  }

  private record Planned(long generation, String inputDigest, Map<Name, Set<ObjectRef>> objects) {}

  /** The identity of an object that a server may serve in several API groups. */
  private record Name(String kind, String namespace, String name) {

    static Name of(ObjectId object) {
      return new Name(object.groupKind().kind(), object.namespace(), object.name());
    }

    static Map<Name, Set<ObjectRef>> index(Collection<ObjectRef> refs) {
      return refs.stream()
          .collect(
              Collectors.groupingBy(
                  ref -> Name.of(ref.id()),
                  Collectors.toCollection(() -> new TreeSet<ObjectRef>())));
    }
  }

  /** Takes over the inventory of a ledger as its application's claims. */
  public synchronized void load(Ledger ledger) {
    Map<Name, Set<ObjectRef>> objects =
        Name.index(ledger.inventory().entries().stream().map(InventoryEntry::ref).toList());
    long generation = ledger.generation().map(Generation::value).orElse(0L);
    claims.put(
        ledger.application(),
        new Claims(
            Optional.empty(),
            Optional.of(new Planned(generation, ledger.inputDigest(), objects)),
            false,
            Optional.empty()));
  }

  /** Registers a record of the log, in the log's order. */
  public void expect(LogEntry entry) {
    Set<ApplicationName> woken;
    synchronized (this) {
      woken = batches.arrived(entry);
      Claims known = claims.getOrDefault(entry.application(), Claims.NONE);
      boolean newer =
          known.newest().filter(old -> !entry.generation().isAfter(old.generation())).isEmpty();
      if (newer) {
        claims.put(
            entry.application(),
            new Claims(Optional.of(entry), known.planned(), false, Optional.empty()));
      }
      woken.addAll(takeWaiting(entry.application()));
    }
    woken.forEach(wake);
  }

  /** Registers a record that reports refused sources of an application, in the log's order. */
  public void refuse(RefusedSources sources) {
    Set<ApplicationName> woken;
    synchronized (this) {
      woken = batches.arrived(sources);
      refused(sources.application(), Optional.of(sources));
      woken.addAll(takeWaiting(sources.application()));
    }
    woken.forEach(wake);
  }

  /** Registers that an application's sources are no longer refused. */
  public void accept(ApplicationName application) {
    Set<ApplicationName> woken;
    synchronized (this) {
      refused(application, Optional.empty());
      woken = takeWaiting(application);
    }
    woken.forEach(wake);
  }

  private void refused(ApplicationName application, Optional<RefusedSources> sources) {
    Claims known = claims.getOrDefault(application, Claims.NONE);
    claims.put(application, new Claims(known.newest(), known.planned(), known.settled(), sources));
  }

  /** Sets the claims of an application to the objects of its planned target. */
  void planned(LogEntry entry, Set<ObjectRef> objects) {
    Set<ApplicationName> woken;
    synchronized (this) {
      Claims known = claims.getOrDefault(entry.application(), Claims.NONE);
      long generation = entry.generation().value();
      if (generation < known.planned().map(Planned::generation).orElse(0L)) {
        return;
      }
      Planned planned = new Planned(generation, entry.inputDigest(), Name.index(objects));
      if (known.planned().equals(Optional.of(planned))) {
        return;
      }
      claims.put(
          entry.application(),
          new Claims(
              known.newest().or(() -> Optional.of(entry)),
              Optional.of(planned),
              known.settled(),
              known.refused()));
      woken = takeWaiting(entry.application());
    }
    woken.forEach(wake);
  }

  /** Records that the writes of a record have ended: all are done, or none will follow for now. */
  public void settle(LogEntry entry) {
    synchronized (this) {
      batches.settle(entry);
      Claims known = claims.getOrDefault(entry.application(), Claims.NONE);
      if (known.newest().equals(Optional.of(entry))) {
        claims.put(
            entry.application(),
            new Claims(known.newest(), known.planned(), true, known.refused()));
      }
    }
  }

  /** Returns whether all other records of the batch are settled. */
  synchronized boolean areOthersSettled(LogEntry entry) {
    return batches.areOthersSettled(entry);
  }

  /**
   * Returns whether all records of the batch have arrived, and of every other commit that is
   * arriving now: one of them may claim an object that an earlier commit released.
   */
  synchronized boolean isComplete(LogEntry entry, Instant now) {
    return batches.isComplete(entry, now) && batches.areComplete(newest(), now);
  }

  /** Returns whether the log has no newer generation of the application. */
  synchronized boolean isNewest(ApplicationName application, Generation generation) {
    return claims
        .getOrDefault(application, Claims.NONE)
        .newest()
        .filter(newest -> newest.generation().isAfter(generation))
        .isEmpty();
  }

  /** Returns the claim of an object's owner. */
  synchronized OwnerClaim ownerClaim(ObjectId object, ApplicationName owner) {
    Claims known = claims.getOrDefault(owner, Claims.NONE);
    if (!known.isKnown()) {
      return OwnerClaim.UNKNOWN;
    }
    return known.have(object) ? OwnerClaim.CLAIMED : OwnerClaim.RELEASED;
  }

  /**
   * Returns another application that claims an object, or claimed it when its claims were last
   * known.
   */
  synchronized Optional<ApplicationName> claimant(
      ObjectId object, Optional<ApplicationName> except) {
    return claims.entrySet().stream()
        .filter(entry -> !Optional.of(entry.getKey()).equals(except))
        .filter(entry -> entry.getValue().have(object))
        .map(Map.Entry::getKey)
        .min(ApplicationName::compareTo);
  }

  /** Wakes the application that claims an object which another has released. */
  void wakeClaimant(ObjectId object, ApplicationName releasedBy) {
    claimant(object, Optional.of(releasedBy)).ifPresent(wake);
  }

  /**
   * Returns the claims on objects of the same kind, namespace and name in other API groups: a
   * server may serve one object in several.
   */
  synchronized Set<ObjectRef> namesakes(ObjectId object) {
    Set<ObjectRef> found = new TreeSet<>();
    for (Claims each : claims.values()) {
      found.addAll(each.objects().getOrDefault(Name.of(object), Set.of()));
    }
    found.removeIf(ref -> ref.id().equals(object));
    return found;
  }

  /** Returns the records of other applications whose claims are unknown. */
  synchronized List<LogRecord> unknown(Optional<ApplicationName> except) {
    List<LogRecord> unknown = new ArrayList<>();
    claims.forEach(
        (application, known) -> {
          if (!Optional.of(application).equals(except)) {
            known.newest().filter(_ -> !known.isPlanned()).ifPresent(unknown::add);
            known.refused().ifPresent(unknown::add);
          }
        });
    return unknown;
  }

  /**
   * Returns whether an attempt at the record has ended without a plan, so that waiting for one is
   * useless.
   */
  synchronized boolean isSettled(LogRecord entry) {
    if (entry instanceof RefusedSources) {
      return true;
    }
    Claims known = claims.getOrDefault(entry.application(), Claims.NONE);
    return known.newest().equals(Optional.of(entry)) && known.settled();
  }

  /** Wakes an application when others are planned, or get other targets. */
  synchronized void await(ApplicationName waiter, Set<ApplicationName> others) {
    others.forEach(other -> waiting.computeIfAbsent(other, _ -> new TreeSet<>()).add(waiter));
  }

  /** Wakes an application when another record of its batch, or of one arriving now, arrives. */
  synchronized void awaitBatch(LogEntry entry) {
    batches.await(entry, newest());
  }

  private List<LogEntry> newest() {
    return claims.values().stream().flatMap(known -> known.newest().stream()).toList();
  }

  private Set<ApplicationName> takeWaiting(ApplicationName other) {
    Set<ApplicationName> waiters = waiting.remove(other);
    return waiters == null ? new TreeSet<>() : waiters;
  }
}
