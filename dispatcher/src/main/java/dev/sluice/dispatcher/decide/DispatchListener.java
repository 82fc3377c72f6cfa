package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Hears what the dispatcher does. Called from the homes' threads; must not block. */
public interface DispatchListener {

  DispatchListener NONE = new DispatchListener() {};

  /** An event about a ref that the fleet follows has come. */
  default void seen(ChangeSeen change) {}

  /** A ref was looked at, and what follows from it is in Kafka. */
  default void evaluated(ChangeEvaluated change) {}

  /** A look at a ref did not go, and is tried again. */
  default void retrying(RepositoryId repository, GitRef ref) {}

  /** A sweep has found that a ref moved, which no webhook had told. */
  default void found(RepositoryId repository, GitRef ref) {}

  /**
   * A webhook told of a repository that no application follows.
   *
   * @param endpoint of the receiver
   */
  default void unfollowed(String endpoint, RepositoryId repository) {}

  /** Git did not show in time what an event told: the ref was evaluated as it is. */
  default void unmet(RepositoryId repository, GitRef ref) {}

  /**
   * An event about a followed ref.
   *
   * @param expected what the event says the ref is at
   * @param heardAt when Sluice first heard of it
   */
  record ChangeSeen(
      EventId event,
      RepositoryId repository,
      GitRef ref,
      Optional<CommitId> expected,
      Optional<String> actor,
      Instant heardAt,
      Instant seenAt) {}

  /**
   * What became of looking at a ref.
   *
   * @param causes the events that it answers; empty after a restart that found work undone
   * @param unaffected applications that follow the ref and that nothing was sent for
   * @param heardAt when Sluice first heard of the oldest cause
   * @param dispatchedAt when the targets were readable
   */
  record ChangeEvaluated(
      List<EventId> causes,
      RepositoryId repository,
      GitRef ref,
      CommitId commit,
      List<Affected> affected,
      List<RefusedSource> refused,
      int unaffected,
      Instant heardAt,
      Instant fetchedAt,
      Instant dispatchedAt) {}

  /**
   * A target that was sent.
   *
   * @param reason the path, or what else, that made it differ
   */
  record Affected(
      ApplicationName application, ClusterName cluster, Generation generation, String reason) {}

  /** An application whose sources cannot be rendered. */
  record RefusedSource(ApplicationName application, Failure failure) {}
}
