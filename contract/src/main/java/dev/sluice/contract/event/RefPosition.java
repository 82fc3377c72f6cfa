package dev.sluice.contract.event;

import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;

/**
 * The position of a commit in the history of a ref as the dispatcher saw it.
 *
 * @param commits the number of commits that the ref had got when the commit was its head, as in
 *     {@link StateRecord.RefState}; less than that of the head by the number of commits that the
 *     head has and this commit has not
 * @param tag the name of the tag that has the commit, if the ref is a range of versions; absent
 *     otherwise, and for a commit that was restored
 */
public record RefPosition(RepositoryId repository, GitRef ref, long commits, Optional<String> tag) {

  /** Creates the position of a commit at a ref that is not a range of versions. */
  public RefPosition(RepositoryId repository, GitRef ref, long commits) {
    this(repository, ref, commits, Optional.empty());
  }
}
