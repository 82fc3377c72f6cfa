package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;

/**
 * Whether an application's sources can be read, where its last target says nothing about that.
 * Topic {@code sync.<cluster>}; the key is no application's, so that the target stays.
 *
 * <p>An object may move to an application whose sources are refused. No target of it says so, and
 * the application that had the object must not delete it.
 */
public sealed interface SourcesEvent extends Event {

  /** The beginning of every key, before the application's name. */
  String KEY_PREFIX = "~sources/";

  ApplicationName application();

  ClusterName cluster();

  @Override
  default String key() {
    return KEY_PREFIX + application();
  }

  /**
   * The sources are refused, and the last target stays in force. Holds until {@link Accepted}, or a
   * later target or removal.
   *
   * @param code of the failure; the dead letter has all of it
   * @param possible what the sources may render to once they are mended
   */
  record Refused(
      ApplicationName application,
      ClusterName cluster,
      String code,
      PossibleObjects possible,
      Provenance provenance)
      implements SourcesEvent {}

  /** The sources are as they were for the last target, or the application has no sources here. */
  record Accepted(ApplicationName application, ClusterName cluster) implements SourcesEvent {}
}
