package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import java.util.Optional;
import java.util.Set;

/** How a look ended. */
public sealed interface EvaluationOutcome {

  /** All parts are written, the last one too. */
  record Done() implements EvaluationOutcome {}

  /**
   * The ref does not exist.
   *
   * @param unmet the commit that it should have been at
   */
  record Gone(Optional<CommitId> unmet) implements EvaluationOutcome {}

  /** Git does not show yet what it should. */
  record NotYet() implements EvaluationOutcome {}

  /** An exception ended the look, which says nothing about the remote. */
  record Broken(String reason) implements EvaluationOutcome {}

  /** It could not be looked at. */
  record Failed(String reason, boolean retryable) implements EvaluationOutcome {}

  /**
   * The index is about this commit.
   *
   * @param differing applications whose inputs there are not what was last sent
   * @param again those to look at soon, since something of their inputs could not be had from
   *     elsewhere, or could not before and now can
   */
  record Warmed(CommitId commit, Set<ApplicationName> differing, Set<ApplicationName> again)
      implements EvaluationOutcome {}

  /** The remote's ref is here; empty if it is gone. */
  record Swept(Optional<CommitId> at) implements EvaluationOutcome {}
}
