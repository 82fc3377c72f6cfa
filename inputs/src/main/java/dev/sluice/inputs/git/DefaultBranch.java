package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;

/** Default branch of a remote repository. */
public sealed interface DefaultBranch {

  /** The remote names this branch. */
  record Named(GitRef ref) implements DefaultBranch {}

  /** The remote could not be read, or names none. */
  record Unknown(FetchOutcome.Failed failed) implements DefaultBranch {

    static Unknown of(RepositoryId repository) {
      return new Unknown(
          new FetchOutcome.Failed(
              SourceFailure.REF_GONE,
              repository + " names no default branch: it is empty, or its server does not say",
              /* retryable= */ false));
    }
  }
}
