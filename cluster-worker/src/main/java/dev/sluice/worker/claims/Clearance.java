package dev.sluice.worker.claims;

import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.sync.LogRecord;
import dev.sluice.worker.sync.SyncRecordReader;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Decides whether objects may be deleted, by the claims of the cluster's applications. An object
 * that another application claims, or may claim, is not. Used for some objects and one attempt: the
 * possible objects of targets without a plan are read once.
 */
public final class Clearance {

  /** Whether an object may be deleted. */
  public sealed interface Answer {

    record Cleared() implements Answer {}

    /** Another application has the object in its newest target. */
    record ClaimedBy(ApplicationName application) implements Answer {}

    /**
     * These applications may claim it: their newest targets have no plan, or their sources are
     * refused.
     */
    record Unknown(SortedSet<ApplicationName> applications) implements Answer {}
  }

  private final Sources sources;
  private final Optional<ApplicationName> by;
  private final Set<ObjectId> objects;
  private final Map<LogRecord, Set<ObjectId>> possible = new ConcurrentHashMap<>();

  /** The sources of claims and live objects. */
  public record Sources(
      ObjectClaims claims, SyncRecordReader targets, ClusterApi api, Discovery discovery) {}

  /**
   * Creates a clearance.
   *
   * @param by the application whose own claims are ignored; empty if all count
   * @param objects that may be asked about
   */
  public Clearance(Sources sources, Optional<ApplicationName> by, Collection<ObjectId> objects) {
    this.sources = sources;
    this.by = by;
    this.objects = Set.copyOf(objects);
  }

  /** Decides about one object. */
  public Answer of(ObjectId object) throws InterruptedException {
    Optional<ApplicationName> claimant = sources.claims().claimant(object, by);
    if (claimant.isPresent()) {
      return new Answer.ClaimedBy(claimant.get());
    }
    SortedSet<ApplicationName> unknown = new TreeSet<>();
    for (LogRecord entry : sources.claims().unknown(by)) {
      if (possible(entry).contains(object)) {
        unknown.add(entry.application());
      }
    }
    return unknown.isEmpty() ? new Answer.Cleared() : new Answer.Unknown(unknown);
  }

  /** Returns the records whose plans must be known before all objects can be decided. */
  public List<LogRecord> awaited() throws InterruptedException {
    Set<LogRecord> awaited = new TreeSet<>(Comparator.comparingLong(LogRecord::offset));
    for (LogRecord entry : sources.claims().unknown(by)) {
      if (!possible(entry).isEmpty()) {
        awaited.add(entry);
      }
    }
    return List.copyOf(awaited);
  }

  /** Returns whether the object with this uid is claimed under its name in another API group. */
  public boolean isClaimedElsewhere(ObjectId object, String uid) throws InterruptedException {
    return !new OtherNames(sources.discovery()).claims(sources.claims(), object, uid).isEmpty();
  }

  private Set<ObjectId> possible(LogRecord entry) throws InterruptedException {
    Set<ObjectId> known = possible.get(entry);
    if (known != null) {
      return known;
    }
    Optional<PossibleObjects> there = sources.targets().possible(entry);
    if (there.isEmpty()) {
      return objects; // compacted away: a newer record follows
    }
    Set<ObjectId> found =
        objects.stream().filter(there.get()::mayHave).collect(Collectors.toUnmodifiableSet());
    possible.put(entry, found);
    return found;
  }
}
