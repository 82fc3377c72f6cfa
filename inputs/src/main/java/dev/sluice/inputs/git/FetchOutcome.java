package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import java.util.Optional;

/** What became of looking at a ref of a remote repository. */
public sealed interface FetchOutcome {

  /**
   * The ref is at this commit, and the mirror has it. It is what was expected, or follows it.
   *
   * @param head a commit; annotated tags are peeled
   */
  record At(CommitId head) implements FetchOutcome {}

  /** The remote is readable and has no such ref. Never the answer while a commit is expected. */
  record Gone() implements FetchOutcome {}

  /**
   * The remote does not show the expected commit (yet). Who has waited long enough asks again
   * without an expectation and gets {@link At} or {@link Gone}.
   *
   * @param seen what the ref is at instead, already in the mirror; empty if there is no such ref
   */
  record NotYet(Optional<CommitId> seen) implements FetchOutcome {}

  /**
   * The remote could not be read.
   *
   * @param reason what, where and what to do; without credentials
   * @param retryable it may go by itself: network, time-outs, 5xx; otherwise somebody must act
   */
  record Failed(String reason, boolean retryable) implements FetchOutcome {}
}
