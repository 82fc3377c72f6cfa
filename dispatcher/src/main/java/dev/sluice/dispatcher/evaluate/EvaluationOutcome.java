package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import java.util.Optional;
import java.util.Set;

/** Outcome of an evaluation. */
public sealed interface EvaluationOutcome {

  /** All batches of findings are written. */
  record Done() implements EvaluationOutcome {}

  /**
   * The ref does not exist.
   *
   * @param unmet the commit that an event announced
   * @param newest the name of the newest tag that is a version, if the ref is a range of versions
   */
  record Gone(Optional<CommitId> unmet, Optional<String> newest) implements EvaluationOutcome {}

  /** Git does not show the expected commit yet. */
  record NotYet() implements EvaluationOutcome {}

  /** An exception ended the evaluation; that says nothing about the remote. */
  record Broken(String reason) implements EvaluationOutcome {}

  /**
   * The remote could not be read.
   *
   * @param code of the cause
   */
  record Failed(FailureCode code, String reason, boolean retryable) implements EvaluationOutcome {}

  /**
   * The applications' paths are indexed at this commit.
   *
   * @param differing applications whose inputs there differ from those last sent
   * @param retry applications to evaluate soon, since a remote base or chart is unavailable, or has
   *     become available
   */
  record Warmed(CommitId commit, Set<ApplicationName> differing, Set<ApplicationName> retry)
      implements EvaluationOutcome {}

  /**
   * The remote's ref is at this commit; empty if it is gone.
   *
   * @param tag the name of the commit's tag, if the ref is a range of versions
   */
  record Polled(Optional<CommitId> at, Optional<String> tag) implements EvaluationOutcome {}
}
