package dev.sluice.contract.event;

import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;

/**
 * The position of a commit in the history of a ref as the dispatcher saw it.
 *
 * @param commits the number of commits that the ref had got when the commit was its head, as in
 *     {@link StateRecord.RefState}; less than that of the head by the number of commits that the
 *     head has and this commit has not
 */
public record RefPosition(RepositoryId repository, GitRef ref, long commits) {}
