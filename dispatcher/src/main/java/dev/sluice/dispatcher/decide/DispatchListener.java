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

/** Listener for a dispatcher's progress. Called from the partitions' threads; must not block. */
public interface DispatchListener {

  DispatchListener NONE = new DispatchListener() {};

  /** Reports an event about a followed ref. */
  default void seen(ChangeSeen change) {}

  /** Reports a finished evaluation whose targets are in Kafka. */
  default void evaluated(ChangeEvaluated change) {}

  /** Reports a failed evaluation that is retried. */
  default void retrying(RepositoryId repository, GitRef ref) {}

  /** Reports a moved ref that a poll found and no webhook reported. */
  default void found(RepositoryId repository, GitRef ref) {}

  /**
   * Reports a webhook about a repository that no application follows.
   *
   * @param endpoint of the receiver
   */
  default void unfollowed(String endpoint, RepositoryId repository) {}

  /**
   * Reports that Git did not show an announced commit in time, so that the ref was evaluated
   * without it.
   */
  default void unmet(RepositoryId repository, GitRef ref) {}

  /**
   * Event about a followed ref.
   *
   * @param expected the commit that the event announced
   * @param heardAt when Sluice received the change
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
   * Result of an evaluation.
   *
   * @param causes the events that the evaluation answers; empty after a restart that resumed
   *     unfinished work
   * @param unaffected number of applications that follow the ref and got no target
   * @param heardAt when Sluice received the oldest cause
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
   * Target that was sent.
   *
   * @param reason the changed path, or another reason for the difference
   */
  record Affected(
      ApplicationName application, ClusterName cluster, Generation generation, String reason) {}

  /** Application whose sources cannot be rendered. */
  record RefusedSource(ApplicationName application, Failure failure) {}
}
