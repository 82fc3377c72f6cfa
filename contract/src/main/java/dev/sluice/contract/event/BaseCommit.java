package dev.sluice.contract.event;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;

/**
 * Another repository that a source's kustomizations build on.
 *
 * @param ref the tag or commit id that they name
 * @param commit what that was
 */
public record BaseCommit(RepositoryId repository, String ref, CommitId commit) {}
