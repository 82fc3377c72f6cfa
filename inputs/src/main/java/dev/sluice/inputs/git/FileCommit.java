package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import java.time.Instant;

/**
 * Commit of a file.
 *
 * @param author the name, or else the address; empty if the commit has no readable author
 * @param at the time of the commit; 1970 if the commit has no readable one
 * @param changed whether the commit changed the file; if not, it is the commit whose files were
 *     asked for, and the history does not have the one that changed the file, or the search for it
 *     reached its limit of time or commits
 */
public record FileCommit(
    CommitId commit, String author, String message, Instant at, boolean changed) {}
