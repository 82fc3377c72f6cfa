package dev.sluice.contract.event;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;
import java.util.Set;

/**
 * What reaches a home: something happened to a repository, or to a definition whose first source is
 * in it. Topic {@code changes}, keyed by repository in lower case.
 */
public sealed interface ChangeEvent extends Event {

  RepositoryId repository();

  /** Names that differ by case only go to one partition: whose case counts is not known here. */
  @Override
  default String key() {
    return repository().key();
  }

  /**
   * A ref moved, or may have: a hint, since Git is the truth.
   *
   * @param before where the forge says it was; never believed
   * @param after where the forge says it is now: an expectation; empty if the ref was deleted, or
   *     the forge names no full id
   */
  record RefChanged(
      RepositoryId repository,
      GitRef ref,
      Optional<CommitId> before,
      Optional<CommitId> after,
      Origin origin)
      implements ChangeEvent {}

  /**
   * A pull or merge request was merged. It enriches the audit; the push that comes with it moves
   * the target branch. The two are joined by repository and commit.
   *
   * @param mergeCommit the commit on the target branch
   * @param mergeCommitPrefix the first hex digits of that commit, from a forge that tells no more
   *     (Bitbucket Cloud)
   * @param headCommit the newest commit of the request, where the forge does not tell the merge
   *     commit: it is on the target branch if that was fast-forwarded without squashing (GitLab);
   *     absent in records of earlier versions
   */
  record MergeRecorded(
      RepositoryId repository,
      GitRef target,
      Optional<CommitId> mergeCommit,
      Optional<String> mergeCommitPrefix,
      Optional<CommitId> headCommit,
      long number,
      String title,
      Optional<String> author,
      Optional<String> mergedBy,
      Optional<String> url,
      Origin origin)
      implements ChangeEvent {}

  /**
   * The repository was renamed or transferred. Keyed by the name it had: there is the home of the
   * applications that still go by it.
   */
  record RepositoryMoved(RepositoryId repository, RepositoryId movedTo, Origin origin)
      implements ChangeEvent {}

  /**
   * Another branch is the repository's default. Applications name the ref they follow, so it moves
   * none of them.
   */
  record DefaultBranchChanged(
      RepositoryId repository, Optional<GitRef> before, GitRef after, Origin origin)
      implements ChangeEvent {}

  /**
   * A fleet revision defines this application so; sent to the home of the definition.
   *
   * @param orphaned clusters that are in the fleet no more: what is there stays as it is, whatever
   *     the application's policy
   */
  record DefinitionAccepted(
      RepositoryId repository,
      Definition definition,
      String fleetRevision,
      Set<ClusterName> orphaned)
      implements ChangeEvent {

    public DefinitionAccepted {
      orphaned = Set.copyOf(orphaned);
    }
  }

  /**
   * A ref moved, passed on: the home of the ref's repository tells the home of applications that
   * read that repository besides their own. A hint as the original is; after a take-over it may
   * come twice.
   *
   * @param repository whose home is told
   * @param cause id of the event that is passed on
   */
  record RefForwarded(RepositoryId repository, EventId cause, RefChanged change)
      implements ChangeEvent {}

  /**
   * A fleet revision says who else reads this repository; replaces what was said before. It is in
   * the transaction that defines those applications.
   *
   * @param homes the repositories whose homes are to be told of changes, never this one
   */
  record ReadersAccepted(RepositoryId repository, Set<RepositoryId> homes, String fleetRevision)
      implements ChangeEvent {

    public ReadersAccepted {
      homes = Set.copyOf(homes);
    }
  }

  /** A fleet revision defines this application no more. */
  record DefinitionRemoved(
      RepositoryId repository, ApplicationName application, String fleetRevision)
      implements ChangeEvent {}

  /**
   * A cluster passed over a target, since its ledger is ahead of it or has other inputs under the
   * same number; sent to the application's home.
   *
   * <p>Where the ledger's generation was counted by this home, the target was a late record of a
   * fenced writer, and nothing follows. Where it was not, the home has lost its memory (its topics
   * were lost, and the cluster was not): it counts on from the ledger.
   *
   * @param sent the generation that was passed over
   * @param ledger the generation that the cluster is at
   */
  record LedgerAhead(
      RepositoryId repository,
      ApplicationName application,
      ClusterName cluster,
      Generation sent,
      Generation ledger)
      implements ChangeEvent {}

  /**
   * An operator asks something of an application; sent to its home.
   *
   * @param clusters which of its clusters; empty: all
   * @param by who asks, as the API knows them
   */
  record CommandGiven(
      RepositoryId repository,
      ApplicationName application,
      Set<ClusterName> clusters,
      Command command,
      String by,
      String reason)
      implements ChangeEvent {

    public CommandGiven {
      clusters = Set.copyOf(clusters);
    }
  }

  /**
   * What became of a command: the home has decided about it, or the API has refused to pass it on.
   *
   * @param given the event id of the command
   * @param message what follows, or why nothing does
   */
  record CommandAnswered(
      RepositoryId repository,
      EventId given,
      ApplicationName application,
      Set<ClusterName> clusters,
      Command command,
      String by,
      String reason,
      boolean accepted,
      String message)
      implements ChangeEvent {

    public CommandAnswered {
      clusters = Set.copyOf(clusters);
    }
  }
}
