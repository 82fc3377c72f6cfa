package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.time.Instant;

/**
 * A question to a cluster's worker. Topic {@code sync.<cluster>}; the answer is a result event.
 *
 * <p>All questions have the same key, which cannot be an application's, so compaction keeps one of
 * them at most. A worker skips records of unknown types under this key; under any other key they
 * stop it.
 */
public sealed interface QuestionEvent extends Event {

  /** The key of all questions. */
  String KEY = "~question";

  ApplicationName application();

  ClusterName cluster();

  /** Returns the person who asks, as the API authenticated them. */
  String by();

  /** Returns the time at which the asker stops waiting for the answer. */
  Instant until();

  @Override
  default String key() {
    return KEY;
  }

  /**
   * Asks for the changes that applying an application's newest target again would make in the
   * cluster.
   *
   * @param by the person who asks, as the API authenticated them
   * @param until the time at which the asker stops waiting for the answer
   */
  record DiffAsked(ApplicationName application, ClusterName cluster, String by, Instant until)
      implements QuestionEvent {}

  /**
   * Asks for the live objects of an application, and those that controllers made for them.
   *
   * @param by the person who asks, as the API authenticated them
   * @param until the time at which the asker stops waiting for the answer
   */
  record ObjectsAsked(ApplicationName application, ClusterName cluster, String by, Instant until)
      implements QuestionEvent {}
}
