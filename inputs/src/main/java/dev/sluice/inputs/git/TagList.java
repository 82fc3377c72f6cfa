package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import java.util.Map;
import java.util.Set;

/** Answer of a repository that was asked for its tags. */
public sealed interface TagList {

  /**
   * The tags of the repository.
   *
   * @param tags by name, without {@code refs/tags/}, the ids by which an event may announce the
   *     tag: its commit, and the tag object of an annotated tag
   */
  record Listed(Map<String, Set<CommitId>> tags) implements TagList {
    public Listed {
      tags = Map.copyOf(tags);
    }
  }

  /**
   * The versions of a repository of artifacts, whose commits are unknown until they are downloaded.
   *
   * @param names as in refs, without {@code refs/tags/}
   */
  record Versions(Set<String> names) implements TagList {
    public Versions {
      names = Set.copyOf(names);
    }
  }

  /** The repository could not be read. */
  record Unreadable(FetchOutcome.Failed failed) implements TagList {}
}
