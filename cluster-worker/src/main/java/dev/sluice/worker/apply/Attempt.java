package dev.sluice.worker.apply;

import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.adoption.AdoptionRule;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Pace;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.ApplyStep;
import java.util.Optional;

/**
 * The state that all writes of one attempt share.
 *
 * @param owner of the objects
 * @param force take over fields from other managers, unless an object says otherwise
 * @param approval of a deletion plan, if a person gave one
 * @param adoption decides about objects that exist already
 * @param early reads of objects that were begun before their writes
 * @param written the objects that were written
 * @param policy of the application
 * @param created the namespace that is created if it is missing; empty if none is
 * @param journal of the hooks that have run; empty where none may run
 */
record Attempt(
    Ownership owner,
    Generation generation,
    boolean force,
    Optional<Approval> approval,
    Fence fence,
    Pace pace,
    AdoptionRule adoption,
    EarlyReads early,
    Writes written,
    Policy policy,
    Optional<String> created,
    Optional<HookJournal> journal) {

  static Attempt begin(
      Ownership owner,
      SyncEvent event,
      Ledger ledger,
      Fence fence,
      Pace pace,
      EarlyReads early,
      Writes.Listener writes) {
    Optional<SyncEvent.Target> target =
        event instanceof SyncEvent.Target it ? Optional.of(it) : Optional.empty();
    Policy policy = target.map(it -> it.spec().policy()).orElse(Policy.DEFAULT);
    return new Attempt(
        owner,
        event.generation(),
        target.isPresent() && policy.force(),
        target.flatMap(SyncEvent.Target::approval),
        fence,
        pace,
        new AdoptionRule(policy.adoption(), owner.installation(), ledger.applied()),
        early,
        new Writes(writes),
        policy,
        target.filter(it -> policy.createNamespace().isPresent()).map(it -> it.spec().namespace()),
        Optional.empty());
  }

  /** Returns this attempt with a journal of hooks. */
  Attempt with(HookJournal hooks) {
    return new Attempt(
        owner,
        generation,
        force,
        approval,
        fence,
        pace,
        adoption,
        early,
        written,
        policy,
        created,
        Optional.of(hooks));
  }

  /** Returns whether fields of an object are taken over from other managers. */
  boolean forces(ApplyStep step) {
    return Directives.forces(step.manifest().content(), force);
  }

  /** Returns the journal of hooks. */
  HookJournal hooks() {
    return journal.orElseThrow();
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
