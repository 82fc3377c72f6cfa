package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import java.util.concurrent.CompletableFuture;

/** The result of a write. */
sealed interface Written {

  record Done(ObjectChange change) implements Written {}

  /**
   * Nothing was written: another application owns the object and its claim is unknown.
   *
   * @param change completes when the claim may be known
   */
  record Undecided(ObjectRef ref, CompletableFuture<Void> change) implements Written {

    /** Returns the outcome if the claim does not become known. */
    Outcome outcome() {
      return Attempt.park(
              ApplyFailure.OWNED_BY_ANOTHER,
              "%s belongs to an application whose newest target has no plan yet, so it may keep it"
                  .formatted(ref),
              Failure.Stage.APPLY,
              ref,
              "a release of the object by that application")
          .outcome();
    }
  }

  /** Nothing was written, for a reason that concerns only this object. */
  record Refused(Outcome outcome) implements Written {

    /**
     * Returns the refusal with an outcome.
     *
     * @throws HaltException if the outcome concerns other objects too
     */
    static Refused of(Outcome outcome) throws HaltException {
      if (!Refusals.isOfOneObject(outcome)) {
        throw new HaltException(outcome);
      }
      return new Refused(outcome);
    }
  }
}
