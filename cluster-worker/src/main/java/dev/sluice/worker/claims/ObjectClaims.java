package dev.sluice.worker.claims;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.ledger.Ledger;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

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

  private final Map<ApplicationName, ApplicationClaims> claims = new HashMap<>();
  private final ClaimIndex index = new ClaimIndex();
  private final Map<ApplicationName, Set<ApplicationName>> waiting = new HashMap<>();
  private final Map<ApplicationName, CompletableFuture<Void>> changes = new HashMap<>();
  private final CommitBatches batches = new CommitBatches();
  private final SharedObjects shared = new SharedObjects(this);
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
  public enum OwnerClaim {
    CLAIMED,
    RELEASED,
    /** The owner's newest target has not been planned. */
    UNKNOWN
  }

  /** Takes over the inventory of a ledger as its application's claims. */
  public synchronized void load(Ledger ledger) {
    put(ledger.application(), ApplicationClaims.of(ledger));
    shared.load(ledger);
  }

  /** Returns the objects that applications share. */
  public SharedObjects shared() {
    return shared;
  }

  /** Registers a record of the log, in the log's order. */
  public void expect(LogEntry entry) {
    Set<ApplicationName> woken;
    synchronized (this) {
      woken = batches.arrived(entry);
      change(entry.application(), known -> known.expect(entry));
      woken.addAll(takeWaiting(entry.application()));
    }
    woken.forEach(wake);
  }

  /** Registers a record that reports refused sources of an application, in the log's order. */
  public void refuse(RefusedSources sources) {
    Set<ApplicationName> woken;
    synchronized (this) {
      woken = batches.arrived(sources);
      change(sources.application(), known -> known.refuse(Optional.of(sources)));
      woken.addAll(takeWaiting(sources.application()));
    }
    woken.forEach(wake);
  }

  /** Registers that an application's sources are no longer refused. */
  public void accept(ApplicationName application) {
    Set<ApplicationName> woken;
    synchronized (this) {
      change(application, known -> known.refuse(Optional.empty()));
      woken = takeWaiting(application);
    }
    woken.forEach(wake);
  }

  /**
   * Sets the claims of an application to the objects of its planned target.
   *
   * @param declarations digests of the manifests of those that it shares
   */
  public void planned(LogEntry entry, Set<ObjectRef> objects, Map<ObjectId, String> declarations) {
    Set<ApplicationName> woken;
    synchronized (this) {
      if (!change(entry.application(), known -> known.plan(entry, objects, declarations))) {
        return;
      }
      woken = takeWaiting(entry.application());
    }
    woken.forEach(wake);
  }

  /** Records that the writes of a record have ended: all are done, or none will follow for now. */
  public synchronized void settle(LogEntry entry) {
    batches.settle(entry);
    if (change(entry.application(), known -> known.settle(entry))) {
      completeChange(entry.application());
    }
  }

  /**
   * Returns whether all records of the batch have arrived, and of every other commit that is
   * arriving now: one of them may claim an object that an earlier commit released.
   */
  public synchronized boolean isComplete(LogEntry entry, Instant now) {
    return batches.isComplete(entry, now) && batches.areComplete(newest(), now);
  }

  /** Returns whether the log has no newer generation of the application. */
  public synchronized boolean isNewest(ApplicationName application, Generation generation) {
    return of(application)
        .newest()
        .filter(newest -> newest.generation().isAfter(generation))
        .isEmpty();
  }

  /** Returns the claim of an object's owner. */
  public synchronized OwnerClaim ownerClaim(ObjectId object, ApplicationName owner) {
    ApplicationClaims known = of(owner);
    if (!known.isKnown()) {
      return OwnerClaim.UNKNOWN;
    }
    return known.have(object) ? OwnerClaim.CLAIMED : OwnerClaim.RELEASED;
  }

  /** Returns whether an application claims an object, or did when its claims were last known. */
  public synchronized boolean has(ApplicationName application, ObjectId object) {
    return of(application).have(object);
  }

  /**
   * Returns how an application declares an object, or did when it was last planned; empty if it
   * does not share it.
   */
  public synchronized Optional<String> declaration(ApplicationName application, ObjectId object) {
    return of(application).declaration(object);
  }

  /** Returns the generation of an application that was last planned. */
  public synchronized Optional<Generation> planned(ApplicationName application) {
    return of(application).planned().map(ApplicationClaims.Planned::generation);
  }

  /**
   * Returns another application that claims an object, or claimed it when its claims were last
   * known.
   */
  public synchronized Optional<ApplicationName> claimant(
      ObjectId object, Optional<ApplicationName> except) {
    return index.claiming(object).stream()
        .filter(application -> !Optional.of(application).equals(except))
        .filter(application -> of(application).have(object))
        .min(ApplicationName::compareTo);
  }

  /** Wakes the application that claims an object which another has released. */
  public void wakeClaimant(ObjectId object, ApplicationName releasedBy) {
    claimant(object, Optional.of(releasedBy)).ifPresent(wake);
  }

  /**
   * Returns the applications' claims on objects of the same kind, namespace and name in other API
   * groups: a server may serve one object in several.
   */
  public synchronized Map<ApplicationName, Collection<ObjectRef>> namesakes(ObjectId object) {
    Map<ApplicationName, Collection<ObjectRef>> found = new HashMap<>();
    for (ApplicationName application : index.claiming(object)) {
      List<ObjectRef> names =
          of(application).namesakes(object).stream()
              .filter(ref -> ref.id().isNamesakeOf(object))
              .toList();
      if (!names.isEmpty()) {
        found.put(application, names);
      }
    }
    return found;
  }

  /** Returns the records of other applications whose claims are unknown. */
  public synchronized List<LogRecord> unknown(Optional<ApplicationName> except) {
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
  public synchronized boolean isSettled(LogRecord entry) {
    if (entry instanceof RefusedSources) {
      return true;
    }
    ApplicationClaims known = of(entry.application());
    return known.newest().equals(Optional.of(entry)) && known.settled();
  }

  /**
   * Returns a future that completes when it may be worth asking again whether a record's deletions
   * have to wait: for an attempt at the other records of its batch, or at one of {@code others},
   * the records whose plans it needs. Empty if nothing is left to wait for.
   *
   * <p>The future's callbacks must neither block nor use the claims.
   */
  public synchronized Optional<CompletableFuture<Void>> underWay(
      LogEntry entry, Collection<LogRecord> others) {
    Optional<CompletableFuture<Void>> batch = batches.othersUnsettled(entry);
    if (batch.isPresent()) {
      return batch;
    }
    return others.stream().filter(other -> !isSettled(other)).findFirst().map(this::changeOf);
  }

  private CompletableFuture<Void> changeOf(LogRecord record) {
    ApplicationClaims known = of(record.application());
    boolean hasChanged = !known.newest().equals(Optional.of(record)) || known.isPlanned();
    return hasChanged ? CompletableFuture.completedFuture(null) : changeOf(record.application());
  }

  /**
   * Returns a future that completes when the application is planned, gets another target, or an
   * attempt at it ends. Its callbacks must neither block nor use the claims.
   */
  public synchronized CompletableFuture<Void> changeOf(ApplicationName application) {
    return changes.computeIfAbsent(application, _ -> new CompletableFuture<>());
  }

  private void completeChange(ApplicationName application) {
    CompletableFuture<Void> change = changes.remove(application);
    if (change != null) {
      change.complete(null);
    }
  }

  /** Wakes an application when others are planned, or get other targets. */
  public synchronized void await(ApplicationName waiter, Set<ApplicationName> others) {
    others.forEach(other -> waiting.computeIfAbsent(other, _ -> new TreeSet<>()).add(waiter));
  }

  /** Wakes an application when another record of its batch, or of one arriving now, arrives. */
  public synchronized void awaitBatch(LogEntry entry) {
    batches.await(entry, newest());
  }

  private List<LogEntry> newest() {
    return claims.values().stream().flatMap(known -> known.newest().stream()).toList();
  }

  private Set<ApplicationName> takeWaiting(ApplicationName other) {
    completeChange(other);
    Set<ApplicationName> waiters = waiting.remove(other);
    return waiters == null ? new TreeSet<>() : waiters;
  }

  private ApplicationClaims of(ApplicationName application) {
    return claims.getOrDefault(application, ApplicationClaims.NONE);
  }

  /** Replaces the claims of an application; returns whether they differ. */
  private boolean change(ApplicationName application, UnaryOperator<ApplicationClaims> change) {
    ApplicationClaims before = of(application);
    ApplicationClaims after = change.apply(before);
    if (after.equals(before)) {
      return false;
    }
    put(application, after);
    return true;
  }

  private void put(ApplicationName application, ApplicationClaims after) {
    index.replace(application, of(application), after);
    claims.put(application, after);
  }
}
