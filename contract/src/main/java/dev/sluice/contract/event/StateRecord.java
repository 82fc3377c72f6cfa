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

/** The memory of a home. Topic {@code state}, compacted, partitioned like {@code changes}. */
public sealed interface StateRecord extends Event {

  /**
   * What a home knows of a ref.
   *
   * @param head the commit the ref was last seen at and dispatched for; empty if there is none
   *     (yet)
   * @param pending set while a change is known that Git has not shown yet
   */
  record RefState(
      RepositoryId repository, GitRef ref, Optional<CommitId> head, Optional<Pending> pending)
      implements StateRecord {

    @Override
    public String key() {
      return keyOf(repository, ref);
    }

    public static String keyOf(RepositoryId repository, GitRef ref) {
      return "ref/" + repository + "#" + ref;
    }
  }

  /**
   * A change that waits for Git.
   *
   * @param expected what the webhook said the ref would be; empty for a deletion or an unknown
   */
  record Pending(
      Optional<CommitId> expected, List<EventId> causes, Optional<String> actor, Instant since) {
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
   */
  record ApplicationState(
      ApplicationName application,
      Optional<Definition> definition,
      String fleetRevision,
      Map<ClusterName, Dispatched> dispatched,
      Map<ClusterName, Integer> refused)
      implements StateRecord {

    public ApplicationState {
      dispatched = Map.copyOf(dispatched);
      refused = Map.copyOf(refused);
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
   * What was last sent to a cluster for an application.
   *
   * @param inputDigest empty if that was a removal
   * @param commit the first source's commit at that time
   */
  record Dispatched(
      Generation generation, Optional<String> inputDigest, Optional<CommitId> commit) {}
}
