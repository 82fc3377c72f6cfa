package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.time.Instant;

/**
 * Something that a cluster's worker is asked. Topic {@code sync.<cluster>}; the answer is a result.
 *
 * <p>All questions have the same key, which is no application's: so compaction leaves one of them,
 * and a worker passes over whatever it does not understand under that key, where an unknown type
 * elsewhere in the topic stops it.
 */
public sealed interface QuestionEvent extends Event {

  /** The key of questions. */
  String KEY = "~question";

  ClusterName cluster();

  /** From then on nobody waits for the answer any more. */
  Instant until();

  @Override
  default String key() {
    return KEY;
  }

  /**
   * What applying the newest target of an application again would change in the cluster.
   *
   * @param by who asks, as the API knows them
   */
  record DiffAsked(ApplicationName application, ClusterName cluster, String by, Instant until)
      implements QuestionEvent {}
}
