package dev.sluice.inputs.git;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.CommitId;
import java.util.Optional;

/** Outcome of fetching a ref of a remote repository. */
public sealed interface FetchOutcome {

  /**
   * The ref is at this commit, which is in the mirror. It is the expected commit or a later one.
   *
   * @param head the commit; annotated tags are peeled
   * @param tag the name of the chosen tag, if the ref is a range of versions
   */
  record At(CommitId head, Optional<String> tag) implements FetchOutcome {

    /** Creates the outcome for a ref that is not a range of versions. */
    public At(CommitId head) {
      this(head, Optional.empty());
    }
  }

  /**
   * The remote is readable and has no such ref. Never returned if a commit is expected, unless the
   * ref is a range of versions and a tag has that commit.
   *
   * @param newest the name of the newest tag that is a version, if the ref is a range of versions;
   *     empty if there is none
   */
  record Gone(Optional<String> newest) implements FetchOutcome {

    /** Creates the outcome for a ref that is not a range of versions. */
    public Gone() {
      this(Optional.empty());
    }
  }

  /**
   * The remote does not have the expected commit (yet). A caller that has waited long enough
   * fetches again without an expectation and gets {@link At} or {@link Gone}.
   *
   * @param seen the ref's actual commit, which is in the mirror; empty if there is no such ref
   */
  record NotYet(Optional<CommitId> seen) implements FetchOutcome {}

  /**
   * The remote could not be read.
   *
   * @param code of the cause
   * @param reason what, where and what to do; without credentials
   * @param retryable whether it may resolve on its own (network, timeouts, 5xx); otherwise someone
   *     has to act
   */
  record Failed(FailureCode code, String reason, boolean retryable) implements FetchOutcome {}
}
