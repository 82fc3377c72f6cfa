package dev.sluice.contract.event;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;

/**
 * A change of whether an application's sources can be read that its last target does not show.
 * Topic {@code sync.<cluster>}; the key differs from the application's own, so that compaction
 * keeps the last target.
 *
 * <p>Workers need it for pruning: an object may have moved to an application whose sources are
 * refused, so no target claims it, and the application that had the object must not delete it.
 */
public sealed interface SourcesEvent extends Event {

  /** The prefix of every key, before the application's name. */
  String KEY_PREFIX = "~sources/";

  ApplicationName application();

  ClusterName cluster();

  @Override
  default String key() {
    return KEY_PREFIX + application();
  }

  /**
   * The sources are refused, and the last target stays in force. Valid until {@link Accepted} or a
   * later target or removal.
   *
   * @param code the failure's code; the dead letter has the full failure
   * @param possible the objects that the sources may render to once they are fixed
   */
  record Refused(
      ApplicationName application,
      ClusterName cluster,
      FailureCode code,
      PossibleObjects possible,
      Provenance provenance)
      implements SourcesEvent {}

  /**
   * The sources are again those of the last target, or the application has no sources in this
   * cluster.
   */
  record Accepted(ApplicationName application, ClusterName cluster) implements SourcesEvent {}
}
