package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DefinitionChange;
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
 * changes}, keyed by repository in lower case. Approvals of fleet revisions have a key of their
 * own.
 */
public sealed interface ChangeEvent extends Event
    permits ChangeEvent.ForgeEvent,
        ChangeEvent.FleetEvent,
        CommandEvent,
        ChangeEvent.LedgerAhead,
        ChangeEvent.DependencyReported,
        FleetApprovalEvent {

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

  /**
   * A ref moved or may have moved. It only triggers an evaluation: Git is the source of truth.
   *
   * @param before the commit before the change, as the forge reports it; not relied on
   * @param after the commit after the change, as the forge reports it: the evaluation expects to
   *     find it in Git; empty if the ref was deleted or the forge gives no full id
   * @param head the commit after the change, where the forge describes it; absent for polls, and in
   *     records of earlier versions
   */
  record RefChanged(
      RepositoryId repository,
      GitRef ref,
      Optional<CommitId> before,
      Optional<CommitId> after,
      Origin origin,
      Optional<CommitSummary> head)
      implements ForgeEvent {

    /** Creates a change without a description of its commit. */
    public RefChanged(
        RepositoryId repository,
        GitRef ref,
        Optional<CommitId> before,
        Optional<CommitId> after,
        Origin origin) {
      this(repository, ref, before, after, origin, Optional.empty());
    }
  }

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
   * @param number the request's number in the repository
   * @param title the request's title
   * @param author the person who opened the request, as the forge names them
   * @param mergedBy the person who merged it, as the forge names them
   * @param url the address of the request's page at the forge
   * @param sourceCommit the newest commit of the request when it was merged, to compare with the
   *     reviewed one: all hex digits, or the first ones from a forge that sends only these; absent
   *     if the forge does not send it, and in records of earlier versions
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
      Origin origin,
      Optional<String> sourceCommit)
      implements ForgeEvent {}

  /**
   * A pull or merge request was reviewed. It adds information to the audit log only. The API joins
   * it with the merge by repository and number, and compares the reviewed commit with the merged
   * one.
   *
   * @param number the request's number in the repository
   * @param verdict the verdict of this review
   * @param reviewer the person who reviewed, as the forge names them; absent if the forge withdrew
   *     approvals without saying whose (GitLab, after a push to the request)
   * @param commit the reviewed commit, or the newest one of the request if the forge does not say
   *     which was reviewed: all hex digits, or the first ones from a forge that sends only these
   * @param title the request's title
   * @param url the address of the review's or the request's page at the forge
   */
  record ReviewRecorded(
      RepositoryId repository,
      long number,
      ReviewVerdict verdict,
      Optional<String> reviewer,
      Optional<String> commit,
      Optional<String> title,
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
   * @param fleetRevision the revision of the fleet: a commit, or a digest of the files of a
   *     directory
   * @param orphaned clusters that are no longer in the fleet: the objects there are left in place,
   *     whatever the application's policy
   * @param approval what approved that the application leaves clusters, if the guard against
   *     removals asked for it; absent in records of earlier versions
   * @param change what has changed in the definition, and where that comes from; absent in records
   *     of earlier versions
   */
  record DefinitionAccepted(
      RepositoryId repository,
      Definition definition,
      String fleetRevision,
      Set<ClusterName> orphaned,
      Optional<FleetApproval> approval,
      Optional<DefinitionChange> change)
      implements FleetEvent {

    public DefinitionAccepted {
      orphaned = Set.copyOf(orphaned);
    }

    /** Creates an event that needed no approval and does not say what has changed. */
    public DefinitionAccepted(
        RepositoryId repository,
        Definition definition,
        String fleetRevision,
        Set<ClusterName> orphaned) {
      this(repository, definition, fleetRevision, orphaned, Optional.empty(), Optional.empty());
    }

    /** Returns this event with what has changed. */
    public DefinitionAccepted withChange(Optional<DefinitionChange> found) {
      return new DefinitionAccepted(
          repository, definition, fleetRevision, orphaned, approval, found);
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
   * @param fleetRevision the revision of the fleet: a commit, or a digest of the files of a
   *     directory
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

  /**
   * A fleet revision no longer defines this application.
   *
   * @param fleetRevision the revision of the fleet: a commit, or a digest of the files of a
   *     directory
   * @param approval what approved the removal, if the guard against removals asked for it; absent
   *     in records of earlier versions
   * @param change what the definition was, and where its removal comes from; absent in records of
   *     earlier versions
   * @param orphaned clusters that are no longer in the fleet: the objects there are left in place,
   *     whatever the application's removal policy; absent if there are none, and in records of
   *     earlier versions
   */
  record DefinitionRemoved(
      RepositoryId repository,
      ApplicationName application,
      String fleetRevision,
      Optional<FleetApproval> approval,
      Optional<DefinitionChange> change,
      Optional<Set<ClusterName>> orphaned)
      implements FleetEvent {

    public DefinitionRemoved {
      orphaned = orphaned.filter(clusters -> !clusters.isEmpty()).map(Set::copyOf);
    }

    /** Creates an event that does not say what the definition was, in clusters of the fleet. */
    public DefinitionRemoved(
        RepositoryId repository,
        ApplicationName application,
        String fleetRevision,
        Optional<FleetApproval> approval) {
      this(repository, application, fleetRevision, approval, Optional.empty(), Optional.empty());
    }

    /** Returns this event with what the definition was. */
    public DefinitionRemoved withChange(Optional<DefinitionChange> found) {
      return new DefinitionRemoved(
          repository, application, fleetRevision, approval, found, orphaned);
    }

    /** Returns whether the objects in a cluster are left in place since it is not in the fleet. */
    public boolean orphans(ClusterName cluster) {
      return orphaned.filter(clusters -> clusters.contains(cluster)).isPresent();
    }
  }

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
   * The standing of an application that others depend on has changed. Keyed by the repository whose
   * partition owns the dependent applications.
   *
   * @param application the application that others depend on
   * @param cluster the cluster that the standing is about
   */
  record DependencyReported(
      RepositoryId repository,
      ApplicationName application,
      ClusterName cluster,
      DependencyStanding standing)
      implements ChangeEvent {}
}
