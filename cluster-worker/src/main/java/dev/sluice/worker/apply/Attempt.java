package dev.sluice.worker.apply;

import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.adoption.AdoptionRule;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Pace;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.manifest.Ownership;
import java.util.List;
import java.util.Optional;

/**
 * The state that all writes of one attempt share.
 *
 * @param owner of the objects
 * @param force take over fields from other managers
 * @param approval of a deletion plan, if a person gave one
 * @param adoption decides about objects that exist already
 * @param ignored fields that are left as they are in objects that exist
 * @param early reads of objects that were begun before their writes
 * @param written the objects that were written
 */
record Attempt(
    Ownership owner,
    Generation generation,
    boolean force,
    Optional<Approval> approval,
    Fence fence,
    Pace pace,
    AdoptionRule adoption,
    List<IgnoredDifference> ignored,
    EarlyReads early,
    Writes written) {

  static Attempt begin(
      Ownership owner,
      SyncEvent event,
      Ledger ledger,
      Fence fence,
      Pace pace,
      Writes.Listener writes) {
    Policy policy =
        event instanceof SyncEvent.Target target ? target.spec().policy() : Policy.DEFAULT;
    AdoptionRule adoption =
        new AdoptionRule(policy.adoption(), owner.installation(), ledger.applied());
    return switch (event) {
      case SyncEvent.Target target ->
          new Attempt(
              owner,
              target.generation(),
              policy.force(),
              target.approval(),
              fence,
              pace,
              adoption,
              policy.ignored(),
              EarlyReads.NONE,
              new Writes(writes));
      case SyncEvent.Removal removal ->
          new Attempt(
              owner,
              removal.generation(),
              false,
              Optional.empty(),
              fence,
              pace,
              adoption,
              List.of(),
              EarlyReads.NONE,
              new Writes(writes));
    };
  }

  /** Returns this attempt with reads of objects that were begun already. */
  Attempt with(EarlyReads reads) {
    return new Attempt(
        owner, generation, force, approval, fence, pace, adoption, ignored, reads, written);
  }

  /** Checks, when another writer is detected, that this attempt is still the newest. */
  interface Fence {

    /**
     * Reads the ledger again.
     *
     * @throws HaltException if the ledger shows that this attempt is no longer the newest
     */
    void check() throws HaltException, InterruptedException;
  }

  /**
   * Reads the ledger again if a newer generation of the application wrote this object. The
   * resourceVersion protects reads from before a successor's write; this check protects reads from
   * after it.
   *
   * @throws HaltException if this attempt is no longer the newest
   */
  void requireNotNewer(LiveObject live) throws HaltException, InterruptedException {
    if (live.belongsTo(owner)
        && live.generation().filter(it -> it.isAfter(generation)).isPresent()) {
      fence.check();
    }
  }

  static HaltException retry(
      FailureCode code, String message, Failure.Stage stage, Optional<ObjectRef> object) {
    return new HaltException(
        new Outcome.RetryAfter(new Failure(code, message, stage, object), Optional.empty()));
  }

  static HaltException park(
      FailureCode code, String message, Failure.Stage stage, ObjectRef object, String change) {
    return new HaltException(
        new Outcome.Parked(
            new Failure(code, message, stage, Optional.of(object)),
            new Wake.ClusterChange(change)));
  }
}
