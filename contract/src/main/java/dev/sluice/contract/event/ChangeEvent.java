package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;
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
 * An event about a repository, or about an application whose first source is in it. Topic {@code
 * changes}, keyed by repository in lower case.
 */
public sealed interface ChangeEvent extends Event {

  RepositoryId repository();

  /**
   * Returns the repository's name in lower case, so that names that differ only by case share a
   * partition: whether the forge distinguishes case is not known here.
   */
  @Override
  default String key() {
    return repository().key();
  }

  /** An event about a repository that a webhook or a poll reported, also when it is passed on. */
  sealed interface ForgeEvent extends ChangeEvent {}

  /** A change of the fleet's documents. */
  sealed interface FleetEvent extends ChangeEvent {}

  /** An operator's command, or the answer to one. */
  sealed interface CommandEvent extends ChangeEvent {}

  /**
   * A ref moved or may have moved. It only triggers an evaluation: Git is the source of truth.
   *
   * @param before the commit before the change, as the forge reports it; not relied on
   * @param after the commit after the change, as the forge reports it: the evaluation expects to
   *     find it in Git; empty if the ref was deleted or the forge gives no full id
   */
  record RefChanged(
      RepositoryId repository,
      GitRef ref,
      Optional<CommitId> before,
      Optional<CommitId> after,
      Origin origin)
      implements ForgeEvent {}

  /**
   * A pull or merge request was merged. It adds information to the audit log only; the push that
   * accompanies it moves the target branch. The API joins the two by repository and commit.
   *
   * @param mergeCommit the commit on the target branch
   * @param mergeCommitPrefix the first hex digits of that commit, from a forge that sends only
   *     these (Bitbucket Cloud)
   * @param headCommit the newest commit of the request, where the forge does not send the merge
   *     commit; it is on the target branch after a fast-forward merge without squashing (GitLab);
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
      implements ForgeEvent {}

  /**
   * The repository was renamed or transferred. Keyed by the former name, whose partition owns the
   * applications that still use it.
   */
  record RepositoryMoved(RepositoryId repository, RepositoryId movedTo, Origin origin)
      implements ForgeEvent {}

  /**
   * The repository's default branch changed. Applications name the ref that they follow, so this
   * affects none of them.
   */
  record DefaultBranchChanged(
      RepositoryId repository, Optional<GitRef> before, GitRef after, Origin origin)
      implements ForgeEvent {}

  /**
   * A fleet revision defines or changes an application. Keyed by the repository whose partition
   * owns the application.
   *
   * @param orphaned clusters that are no longer in the fleet: the objects there are left in place,
   *     whatever the application's policy
   */
  record DefinitionAccepted(
      RepositoryId repository,
      Definition definition,
      String fleetRevision,
      Set<ClusterName> orphaned)
      implements FleetEvent {

    public DefinitionAccepted {
      orphaned = Set.copyOf(orphaned);
    }
  }

  /**
   * A {@link RefChanged} forwarded from the partition of the ref's repository to the partition of
   * another repository whose applications read it too, or to that of a former name of the
   * repository, which the change then has. It only triggers an evaluation, as the original does; it
   * may be written twice when a partition changes its owner.
   *
   * @param repository the repository whose partition is the recipient; the change's own repository
   *     if it is a former name
   * @param cause id of the event that is forwarded
   */
  record RefForwarded(RepositoryId repository, EventId cause, RefChanged change)
      implements ForgeEvent {}

  /**
   * Applications follow the repository by a former name, from which its forge redirects fetches.
   * The partition that found the redirect writes it to the partition of the new name, which from
   * then on forwards the repository's changes under the former name.
   */
  record RenameFound(RepositoryId repository, RepositoryId formerName, Origin origin)
      implements ForgeEvent {}

  /**
   * The other repositories whose applications read this one, by a fleet revision; replaces the
   * former list. Written in the same transaction as the definitions of those applications.
   *
   * @param readers the repositories whose partitions receive this repository's changes; never
   *     contains the repository itself
   */
  record ReadersAccepted(
      RepositoryId repository,
      @JsonProperty("homes") Set<RepositoryId> readers,
      String fleetRevision)
      implements FleetEvent {

    public ReadersAccepted {
      readers = Set.copyOf(readers);
    }
  }

  /** A fleet revision no longer defines this application. */
  record DefinitionRemoved(
      RepositoryId repository, ApplicationName application, String fleetRevision)
      implements FleetEvent {}

  /**
   * A cluster skipped a target, because its ledger has a later generation or the same generation
   * with other inputs. Keyed by the repository whose partition owns the application.
   *
   * <p>If this partition issued the ledger's generation, the target was a late record of a fenced
   * writer, and nothing follows. Otherwise the partition has lost its state (the topics were lost
   * but the cluster was not): it continues counting from the ledger's generation.
   *
   * @param sent the generation that was skipped
   * @param ledger the generation in the cluster's ledger
   */
  record LedgerAhead(
      RepositoryId repository,
      ApplicationName application,
      ClusterName cluster,
      Generation sent,
      Generation ledger)
      implements ChangeEvent {}

  /**
   * An operator's command for an application. Keyed by the repository whose partition owns the
   * application.
   *
   * @param clusters the clusters that it is for; empty for all of the application's clusters
   * @param by the operator, as the API authenticated them
   */
  record CommandGiven(
      RepositoryId repository,
      ApplicationName application,
      Set<ClusterName> clusters,
      Command command,
      String by,
      String reason)
      implements CommandEvent {

    public CommandGiven {
      clusters = Set.copyOf(clusters);
    }
  }

  /**
   * The outcome of a command: the owning partition has decided about it, or the API has refused to
   * forward it.
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
      implements CommandEvent {

    public CommandAnswered {
      clusters = Set.copyOf(clusters);
    }
  }
}
