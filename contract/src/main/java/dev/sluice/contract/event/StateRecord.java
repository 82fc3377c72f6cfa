package dev.sluice.contract.event;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The memory of a home. Topic {@code state}, compacted, partitioned like {@code changes}. */
public sealed interface StateRecord extends Event {

  /**
   * What a home knows of a ref.
   *
   * @param head the commit the ref was last seen at and dispatched for; empty if there is none
   *     (yet)
   * @param pending set while a change is known that Git has not shown yet
   * @param unmet set if the last evaluation was of something else than what was told; absent in
   *     records of earlier versions
   * @param readAt when the remote was last read, at most some minutes old while all goes well;
   *     absent in records of earlier versions
   * @param unreadable set while the remote cannot be read; absent in records of earlier versions
   */
  record RefState(
      RepositoryId repository,
      GitRef ref,
      Optional<CommitId> head,
      Optional<Pending> pending,
      Optional<Unmet> unmet,
      Optional<Instant> readAt,
      Optional<Unreadable> unreadable)
      implements StateRecord {

    /** A ref whose remote nobody has read, and of which nothing was told that Git did not show. */
    public RefState(
        RepositoryId repository, GitRef ref, Optional<CommitId> head, Optional<Pending> pending) {
      this(repository, ref, head, pending, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same at this commit, waiting for this. */
    public RefState at(
        Optional<CommitId> commit, Optional<Pending> change, Optional<Unmet> otherwise) {
      return new RefState(repository, ref, commit, change, otherwise, readAt, unreadable);
    }

    /** The same, with the remote read at this time. */
    public RefState read(Instant time) {
      return new RefState(
          repository, ref, head, pending, unmet, Optional.of(time), Optional.empty());
    }

    /** The same, with nothing known of whether the remote can be read. */
    public RefState unwatched() {
      return new RefState(repository, ref, head, pending, unmet, readAt, Optional.empty());
    }

    /** The same, with the remote not readable. */
    public RefState unreadable(Unreadable failure) {
      return new RefState(repository, ref, head, pending, unmet, readAt, Optional.of(failure));
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
   * A commit that was told of and that Git did not show in time: the ref was evaluated as it was.
   *
   * @param evaluated the commit that the ref was at; empty if there was no such ref
   * @param causes ids of the events that told of it
   */
  record Unmet(CommitId expected, Optional<CommitId> evaluated, List<EventId> causes, Instant at) {
    public Unmet {
      causes = List.copyOf(causes);
    }
  }

  /**
   * What a home knows of a repository.
   *
   * @param homes of other repositories, where applications read this one as well
   */
  record RepositoryState(RepositoryId repository, Set<RepositoryId> homes) implements StateRecord {

    public RepositoryState {
      homes = Set.copyOf(homes);
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
   * A remote cannot be read.
   *
   * @param since the first attempt that failed after the last one that did not
   * @param reason of a recent attempt: what, where and what to do; without credentials
   */
  record Unreadable(Instant since, String reason) {}

  /**
   * A change that waits for Git.
   *
   * @param expected what the webhook said the ref would be; empty for a deletion or an unknown
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
   * What a home knows of an application. It outlives the application: a counter is never forgotten.
   *
   * @param definition empty once the fleet no longer has it
   * @param dispatched by cluster, what was last sent there
   * @param refused by cluster, how often the source was refused while the dead letter about it is
   *     open
   * @param holds by cluster, why what Git says is not sent there
   * @param demands by cluster, what an operator wants sent there though nothing differs
   * @param retiredHome once the fleet no longer has it, the repository whose home this is: if the
   *     application comes back, whatever its sources are then, its generations go on here
   * @param carriedOut the last commands that were: one that is written twice is carried out once;
   *     absent in records of earlier versions
   * @param possible by cluster, the digest of what the refused sources may render to, as it was
   *     sent there last; absent in records of earlier versions
   */
  record ApplicationState(
      ApplicationName application,
      Optional<Definition> definition,
      String fleetRevision,
      Map<ClusterName, Dispatched> dispatched,
      Map<ClusterName, Integer> refused,
      Map<ClusterName, Hold> holds,
      Map<ClusterName, Demand> demands,
      Optional<RepositoryId> retiredHome,
      Optional<List<EventId>> carriedOut,
      Optional<Map<ClusterName, String>> possible)
      implements StateRecord {

    public ApplicationState {
      dispatched = Map.copyOf(dispatched);
      refused = Map.copyOf(refused);
      holds = Map.copyOf(holds);
      demands = Map.copyOf(demands);
      carriedOut = carriedOut.map(List::copyOf);
      possible = possible.map(Map::copyOf).filter(map -> !map.isEmpty());
    }

    /** Of an application that this home has not heard of. */
    public static ApplicationState unknown(ApplicationName application) {
      return new ApplicationState(
          application,
          Optional.empty(),
          "",
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /** Whether a command was carried out already. */
    public boolean hasCarriedOut(EventId command) {
      return carriedOut.map(ids -> ids.contains(command)).orElse(false);
    }

    @Override
    public String key() {
      return keyOf(application);
    }

    public static String keyOf(ApplicationName application) {
      return "application/" + application;
    }
  }

  /**
   * The next target is sent whether its inputs differ or not.
   *
   * @param command the event id of the command
   * @param approved whether there is an approval
   * @param approval of the plan that the next target may carry out
   */
  record Demand(EventId command, boolean approved, String by, Optional<Approval> approval) {

    /** A demand that approves nothing. */
    public Demand(EventId command, String by) {
      this(command, false, by, Optional.empty());
    }
  }

  /**
   * An operator has stopped the sending of what Git says.
   *
   * @param commit what is restored instead; empty for a suspension
   */
  record Hold(Optional<CommitId> commit, String by, String reason, Instant since) {}

  /**
   * What was last sent to a cluster for an application.
   *
   * @param inputDigest empty if that was a removal
   * @param commit the first source's commit at that time
   */
  record Dispatched(
      Generation generation, Optional<String> inputDigest, Optional<CommitId> commit) {}
}
