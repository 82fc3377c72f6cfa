package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;
import java.util.Set;

/** Repositories of sources: their refs, and the commits that were fetched. */
public interface Repositories {

  /**
   * Fetches a ref of the source's repository; blocks on the network. If a commit is expected (the
   * one that a webhook reported), returns {@link FetchOutcome.At} only if the remote has that
   * commit or a later one.
   *
   * @param ref a ref; or a range of versions, which is resolved over {@link #tags} to the newest
   *     one. An expected commit is then the value of any tag.
   */
  default FetchOutcome fetch(SourceSpec source, GitRef ref, Optional<CommitId> expected) {
    return ref.versions()
        .map(range -> VersionTags.fetch(this, source, range, expected))
        .orElseGet(() -> fetchRef(source, ref, expected));
  }

  /** Fetches a ref as {@link #fetch} does; it is not a range. */
  FetchOutcome fetchRef(SourceSpec source, GitRef ref, Optional<CommitId> expected);

  /** Lists the tags of the source's repository without fetching them; blocks on the network. */
  TagList tags(SourceSpec source);

  /** Returns a repository's new name if its forge redirected the last fetch to it. */
  Optional<RepositoryId> movedTo(RepositoryId repository);

  /** Returns whether the commit was fetched; false for a repository that was never fetched. */
  boolean has(RepositoryId repository, CommitId commit);

  /**
   * Returns whether a head is the commit or a descendant of it; false if they cannot be compared.
   */
  boolean contains(RepositoryId repository, CommitId head, CommitId earlier);

  /**
   * Returns the number of commits that a head has and an earlier commit has not, up to a limit.
   *
   * @throws NotMirroredException if one of them was not fetched
   */
  int newCommits(RepositoryId repository, CommitId earlier, CommitId head);

  /**
   * Returns the files of a commit.
   *
   * @throws NotMirroredException if it was not fetched
   */
  SourceTree tree(RepositoryId repository, CommitId commit);

  /**
   * Returns the commits and tags of a repository as the bytes that signatures are made of.
   *
   * @throws NotMirroredException if the commit was not fetched
   */
  SignedObjects signedObjects(RepositoryId repository, CommitId commit);

  /**
   * Returns the paths that differ between two commits: added, deleted, or with another content,
   * mode or kind. A rename is two paths.
   *
   * @throws NotMirroredException if one of them was not fetched
   */
  Set<String> changedPaths(RepositoryId repository, CommitId from, CommitId to);

  /**
   * Protects a dispatched commit and its ancestors from garbage collection permanently.
   *
   * @throws NotMirroredException if it was not fetched
   */
  void keep(RepositoryId repository, CommitId commit);
}
