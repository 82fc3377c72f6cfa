package dev.sluice.contract.event;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;

/**
 * A repository outside of the application that a source's kustomizations refer to.
 *
 * @param ref the tag or commit id that they name
 * @param commit the commit that the ref resolved to
 */
public record BaseCommit(RepositoryId repository, String ref, CommitId commit) {}
