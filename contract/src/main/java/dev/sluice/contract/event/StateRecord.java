package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The persistent state of a dispatcher partition. Topic {@code state}, compacted, partitioned like
 * {@code changes}.
 */
public sealed interface StateRecord extends Event
    permits StateRecord.RefState,
        StateRecord.RepositoryState,
        StateRecord.DependencyState,
        ApplicationState {

  /**
   * The state of a ref.
   *
   * @param head the commit that was last evaluated and dispatched; empty if there is none (yet)
   * @param pending set while a reported change has not appeared in Git yet
   * @param unmet set if the last evaluation found another commit than the reported one; absent in
   *     records of earlier versions
   * @param readAt the time of the last successful read of the remote, at most some minutes ago in
   *     normal operation; absent in records of earlier versions
   * @param unreadable set while the remote cannot be read; absent in records of earlier versions
   * @param commits the number of commits that the ref has got since it was first evaluated; absent
   *     in records of earlier versions
   * @param tag the name of the tag that has the commit, if the ref is a range of versions; absent
   *     otherwise
   */
  record RefState(
      RepositoryId repository,
      GitRef ref,
      Optional<CommitId> head,
      Optional<Pending> pending,
      Optional<Unmet> unmet,
      Optional<Instant> readAt,
      Optional<Unreadable> unreadable,
      Optional<Long> commits,
      Optional<String> tag)
      implements StateRecord {

    /** Creates the state of a ref whose remote has not been read. */
    public RefState(
        RepositoryId repository, GitRef ref, Optional<CommitId> head, Optional<Pending> pending) {
      this(
          repository,
          ref,
          head,
          pending,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /** Returns this state with another commit, its tag, pending change and unmet report. */
    public RefState at(
        Optional<CommitId> commit,
        Optional<String> name,
        Optional<Pending> change,
        Optional<Unmet> otherwise) {
      return new RefState(
          repository, ref, commit, change, otherwise, readAt, unreadable, commits, name);
    }

    /** Returns this state with the time of a successful read of the remote. */
    public RefState read(Instant time) {
      return new RefState(
          repository, ref, head, pending, unmet, Optional.of(time), Optional.empty(), commits, tag);
    }

    /** Returns this state without a failure to read the remote. */
    public RefState withoutFailure() {
      return new RefState(
          repository, ref, head, pending, unmet, readAt, Optional.empty(), commits, tag);
    }

    /** Returns this state with a failure to read the remote. */
    public RefState unreadable(Unreadable failure) {
      return new RefState(
          repository, ref, head, pending, unmet, readAt, Optional.of(failure), commits, tag);
    }

    /** Returns this state with further commits. */
    public RefState withMore(long newCommits) {
      return newCommits == 0
          ? this
          : new RefState(
              repository,
              ref,
              head,
              pending,
              unmet,
              readAt,
              unreadable,
              Optional.of(commits.orElse(0L) + newCommits),
              tag);
    }

    @Override
    public String key() {
      return keyOf(repository, ref);
    }

    public static String keyOf(RepositoryId repository, GitRef ref) {
      return "ref/" + repository + "#" + ref;
    }
  }

  /**
   * A reported commit that did not appear in Git in time, so the ref was evaluated at its actual
   * commit.
   *
   * @param evaluated the actual commit of the ref; empty if the ref did not exist
   * @param causes ids of the events that reported the commit
   * @param at the time of the evaluation
   */
  record Unmet(CommitId expected, Optional<CommitId> evaluated, List<EventId> causes, Instant at) {
    public Unmet {
      causes = List.copyOf(causes);
    }
  }

  /**
   * The state of a repository.
   *
   * @param readers other repositories whose partitions receive this repository's changes, because
   *     applications there read it too
   * @param formerNames names by which applications follow the repository, and from which its forge
   *     redirects; absent in records of earlier versions
   */
  record RepositoryState(
      RepositoryId repository,
      @JsonProperty("homes") Set<RepositoryId> readers,
      Optional<Set<RepositoryId>> formerNames)
      implements StateRecord {

    public RepositoryState {
      readers = Set.copyOf(readers);
      formerNames = formerNames.map(Set::copyOf).filter(names -> !names.isEmpty());
    }

    /** Creates the state of a repository without former names. */
    public RepositoryState(RepositoryId repository, Set<RepositoryId> readers) {
      this(repository, readers, Optional.empty());
    }

    @Override
    public String key() {
      return keyOf(repository);
    }

    public static String keyOf(RepositoryId repository) {
      return "repository/" + repository;
    }
  }

  /**
   * How far an application is that applications of this partition depend on, as it was last
   * reported to the partition.
   *
   * @param repository the repository that owns the dependent applications
   * @param application the application that they depend on
   */
  record DependencyState(
      RepositoryId repository,
      ApplicationName application,
      ClusterName cluster,
      DependencyStanding standing)
      implements StateRecord {

    @Override
    public String key() {
      return "dependency/" + cluster + "/" + application + "/" + repository;
    }
  }

  /**
   * A failure to read a remote.
   *
   * @param since the first failed attempt after the last successful one
   * @param reason of a recent attempt: what, where and what to do; without credentials
   * @param code of the cause; absent in records of earlier versions
   */
  record Unreadable(Instant since, String reason, Optional<FailureCode> code) {}

  /**
   * A reported change that has not appeared in Git yet.
   *
   * @param expected the commit that the webhook reported; empty for a deletion or if it gave no
   *     commit
   * @param causes ids of the events that reported the change
   * @param actor the person who pushed, as the forge names them
   * @param since the time of the first report
   * @param trace of the newest cause; absent in records of earlier versions
   * @param offset of the newest cause in {@code changes}; absent in records of earlier versions
   */
  record Pending(
      Optional<CommitId> expected,
      List<EventId> causes,
      Optional<String> actor,
      Instant since,
      Optional<TraceParent> trace,
      Optional<Long> offset) {
    public Pending {
      causes = List.copyOf(causes);
    }
  }

  /**
   * A requirement of a new generation even if the inputs are the same: of a command, of a cluster
   * that has lost what was sent to it, or of both.
   *
   * @param command the event id of the command; without one, that of the report of the loss
   * @param approved whether it is an approval
   * @param by the operator who gave the command, or the dispatcher
   * @param approval the approval that the next target carries
   * @param lost the event id of the report that the cluster has lost what was sent; absent if it
   *     has not, and in records of earlier versions
   */
  record Demand(
      EventId command,
      boolean approved,
      String by,
      Optional<Approval> approval,
      Optional<EventId> lost) {

    /** Creates the demand of a command without an approval. */
    public Demand(EventId command, String by) {
      this(command, false, by, Optional.empty(), Optional.empty());
    }

    /** Returns the demand of a cluster that has lost what was sent to it. */
    public static Demand ofLoss(EventId report) {
      return new Demand(report, false, "dispatcher", Optional.empty(), Optional.of(report));
    }

    /** Returns whether a command demands it. */
    public boolean hasCommand() {
      return !lost.equals(Optional.of(command));
    }

    /** Returns whether the cluster has lost what was sent to it. */
    public boolean hasLoss() {
      return lost.isPresent();
    }

    /** Returns the reason of a generation that is sent for it. */
    public String reason() {
      return hasCommand() ? "command " + (approved ? "approve" : "resync") : "ledger ahead";
    }

    /**
     * Returns this and a later demand. An approval stays in force unless the later demand is an
     * approval, too.
     */
    public Demand and(Demand later) {
      if (!later.hasCommand()) {
        return hasCommand() ? new Demand(command, approved, by, approval, later.lost) : later;
      }
      return later.approved || !approved
          ? new Demand(later.command, later.approved, later.by, later.approval, lost)
          : new Demand(later.command, true, later.by, approval, lost);
    }

    /** Returns the demand of the cluster only. */
    public Demand withoutCommand() {
      return ofLoss(lost.orElseThrow());
    }

    /** Returns the demand of the command only; empty if there is none. */
    public Optional<Demand> withoutLoss() {
      return hasCommand()
          ? Optional.of(new Demand(command, approved, by, approval, Optional.empty()))
          : Optional.empty();
    }
  }

  /**
   * An operator's suspension or restoration, during which changes in Git are not sent.
   *
   * @param commit the commit to restore, or of the recorded inputs that were sent again; empty for
   *     a suspension
   * @param by the operator who gave the command
   * @param reason the operator's reason
   * @param since the time at which the command was carried out
   * @param resent the earlier generation whose recorded inputs were sent again: whatever Git has,
   *     only these are sent; absent for a suspension or a restoration
   */
  record Hold(
      Optional<CommitId> commit,
      String by,
      String reason,
      Instant since,
      Optional<Generation> resent) {

    /** Creates a suspension or a restoration. */
    public Hold(Optional<CommitId> commit, String by, String reason, Instant since) {
      this(commit, by, reason, since, Optional.empty());
    }

    /** Returns whether nothing is sent until the application is resumed. */
    public boolean suspends() {
      return commit.isEmpty();
    }

    /** Returns whether the application's sources do not count while this is in force. */
    public boolean excludesSources() {
      return suspends() || resent.isPresent();
    }
  }

  /**
   * The last target or removal that was sent to a cluster for an application.
   *
   * @param inputDigest empty for a removal
   * @param commit the first source's commit at that time
   * @param sentAt when it was decided; absent in records of earlier versions, and if this partition
   *     did not send it
   * @param others the further sources' commits at that time; absent if there are none, and in
   *     records of earlier versions
   */
  record Dispatched(
      Generation generation,
      Optional<String> inputDigest,
      Optional<CommitId> commit,
      Optional<Instant> sentAt,
      Optional<List<SourceCommit>> others) {

    public Dispatched {
      others = others.map(List::copyOf).filter(list -> !list.isEmpty());
    }

    /** Creates an entry about what this partition did not send. */
    public Dispatched(
        Generation generation, Optional<String> inputDigest, Optional<CommitId> commit) {
      this(generation, inputDigest, commit, Optional.empty(), Optional.empty());
    }

    /** Returns the commit of a source after the first one; empty if none was sent. */
    public Optional<CommitId> commitOf(RepositoryId repository, GitRef ref) {
      return others.orElse(List.of()).stream()
          .filter(one -> one.repository().equals(repository) && one.ref().equals(ref))
          .map(SourceCommit::commit)
          .findFirst();
    }
  }

  /** The commit of a source's ref. */
  record SourceCommit(RepositoryId repository, GitRef ref, CommitId commit) {}
}
