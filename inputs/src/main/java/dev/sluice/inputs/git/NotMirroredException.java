package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;

/** The mirror does not have a commit: it was never fetched, or the mirror's directory was lost. */
public final class NotMirroredException extends MirrorException {

  private static final long serialVersionUID = 1L;

  NotMirroredException(RepositoryId repository, CommitId commit) {
    super(
        "commit %s is not in the mirror of %s: fetch a ref that contains it first"
            .formatted(commit.abbreviated(), repository));
  }
}
