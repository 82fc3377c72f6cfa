package dev.sluice.worker.apply;

import dev.sluice.contract.event.DeletionPlan.Deletion;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.claims.Clearance;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.lane.BoundedParallel;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.plan.PlanDigest;
import dev.sluice.worker.plan.PruneStep;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.LogRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Executes the deletions of a plan. They come last, once the other applications of the commit have
 * written the objects that they claim. Objects that another application claims or may claim are
 * kept.
 */
final class Pruning {

  /** Time for others to be planned before their targets are read to see whether they matter. */
  private static final Duration BEFORE_READING = Duration.ofSeconds(1);

  private static final Duration AFTER_READING = Duration.ofSeconds(29);

  private final Clearance.Sources sources;
  private final ObjectRemover remover;
  private final Clock clock;

  Pruning(Clearance.Sources sources, ObjectRemover remover, Clock clock) {
    this.sources = sources;
    this.remover = remover;
    this.clock = clock;
  }

  /**
   * Deletes the objects that may be deleted.
   *
   * @param changes receives the changes
   * @return the objects that are kept for now; empty if none are
   */
  Optional<KeptObjects> prune(
      List<PruneStep> steps, LogEntry entry, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    Clearance clearance =
        new Clearance(
            sources,
            Optional.of(entry.application()),
            steps.stream().map(step -> step.ref().id()).toList());
    awaitOthers(entry, clearance, attempt);
    // an object of a newer target of this application is not deleted either
    attempt.pace().pause(Duration.ZERO);
    // a worker that is no longer the leader has outdated claims
    attempt.fence().check();
    Decided decided = decide(steps, entry, clearance);
    if (!decided.kept().isEmpty()) {
      PlanDigest digest = digest(decided.kept(), entry, decided.unknown(), attempt);
      boolean approved = attempt.approval().filter(digest::isApprovedBy).isPresent();
      List<ObjectRef> kept = digest.deletions().stream().map(Deletion::object).toList();
      if (!approved && !kept.isEmpty()) {
        remove(decided.cleared(), Optional.of(clearance), entry, attempt, changes);
        return Optional.of(new KeptObjects(kept, digest.plan(), decided.unknown()));
      }
      remove(bound(decided.kept(), digest), Optional.empty(), entry, attempt, changes);
    }
    remove(decided.cleared(), Optional.of(clearance), entry, attempt, changes);
    return Optional.empty();
  }

  /**
   * Returns the plan of these deletions with the live objects' uids. It has no objects that are
   * gone, or that stay under another name.
   */
  PlanDigest digest(
      List<PruneStep> steps, LogEntry entry, SortedSet<ApplicationName> unknown, Attempt attempt)
      throws HaltException, InterruptedException {
    List<Optional<Deletion>> deletions =
        BoundedParallel.all(
            steps,
            step -> remover.uid(step.ref(), attempt).map(uid -> new Deletion(step.ref(), uid)));
    return new PlanDigest(
        entry.subject(),
        entry.inputDigest(),
        deletions.stream().flatMap(Optional::stream).toList(),
        unknown);
  }

  /**
   * Returns the applications that may claim some of these objects, by the current state of the
   * claims.
   */
  SortedSet<ApplicationName> unknown(List<PruneStep> steps, LogEntry entry)
      throws InterruptedException {
    Clearance clearance =
        new Clearance(
            sources,
            Optional.of(entry.application()),
            steps.stream().map(step -> step.ref().id()).toList());
    return decide(steps, entry, clearance).unknown();
  }

  /** Returns the steps bound to the uids of a plan; one that it does not have deletes nothing. */
  static List<PruneStep> bound(List<PruneStep> steps, PlanDigest digest) {
    Map<ObjectId, String> uids = new HashMap<>();
    digest.deletions().forEach(deletion -> uids.put(deletion.object().id(), deletion.uid()));
    return steps.stream().map(step -> step.of(uids.getOrDefault(step.ref().id(), ""))).toList();
  }

  private record Decided(
      List<PruneStep> cleared, List<PruneStep> kept, SortedSet<ApplicationName> unknown) {}

  private Decided decide(List<PruneStep> steps, LogEntry entry, Clearance clearance)
      throws InterruptedException {
    List<PruneStep> cleared = new ArrayList<>();
    List<PruneStep> kept = new ArrayList<>();
    SortedSet<ApplicationName> unknown = new TreeSet<>();
    // registered first, so that a plan made from now on wakes this application
    sources.claims().awaitBatch(entry);
    boolean complete = sources.claims().isComplete(entry, clock.instant());
    for (LogRecord other : clearance.awaited()) {
      sources.claims().await(entry.application(), Set.of(other.application()));
    }
    for (PruneStep step : steps) {
      switch (clearance.of(step.ref().id())) {
        case Clearance.Answer.ClaimedBy _ -> cleared.add(step);
        case Clearance.Answer.Cleared _ -> (complete ? cleared : kept).add(step);
        case Clearance.Answer.Unknown(SortedSet<ApplicationName> applications) -> {
          kept.add(step);
          unknown.addAll(applications);
        }
      }
    }
    return new Decided(cleared, kept, unknown);
  }

  /**
   * Waits until the rest of the commit is written and the relevant plans are known. The wait only
   * improves the order, and is bounded: objects with unknown claims after it are kept.
   */
  private void awaitOthers(LogEntry entry, Clearance clearance, Attempt attempt)
      throws HaltException, InterruptedException {
    ObjectClaims claims = sources.claims();
    Duration left = BEFORE_READING.plus(AFTER_READING);
    while (left.isPositive()) {
      Duration beforeReading = left.minus(AFTER_READING);
      List<LogRecord> others =
          beforeReading.isPositive()
              ? claims.unknown(Optional.of(entry.application()))
              : clearance.awaited();
      Optional<CompletableFuture<Void>> change = claims.underWay(entry, others);
      if (change.isEmpty()) {
        return;
      }
      left =
          beforeReading.isPositive()
              ? attempt.pace().pause(beforeReading, change.get()).plus(AFTER_READING)
              : attempt.pace().pause(left, change.get());
    }
  }

  private void remove(
      List<PruneStep> steps,
      Optional<Clearance> clearance,
      LogEntry entry,
      Attempt attempt,
      List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    ObjectChange.Cause cause =
        entry.removal() ? ObjectChange.Cause.APPLICATION_REMOVED : ObjectChange.Cause.UNDECLARED;
    for (List<PruneStep> group : PlanRunner.byKind(steps, PruneStep::ref)) {
      List<Removal> done =
          BoundedParallel.all(group, step -> remover.remove(step, clearance, attempt));
      for (int i = 0; i < group.size(); i++) {
        ObjectRef ref = group.get(i).ref();
        boolean wasGone = group.get(i).hook() && done.get(i).isOfNothing();
        if (!wasGone) {
          changes.add(done.get(i).change(ref, cause));
        }
        if (done.get(i).pending()) {
          remover.awaitGone(ref, attempt);
        }
      }
    }
  }
}
