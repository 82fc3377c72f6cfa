package dev.sluice.api.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Event that a webhook caused, and whether anything follows its repository. A delivery about
 * several refs causes several events.
 *
 * @param id of the event
 * @param at when the receiver accepted it
 * @param delivery the forge's id of the delivery
 * @param commit the ref's commit according to the forge; empty if the ref was deleted or the forge
 *     sent no full id
 * @param followed whether any application has a source in the repository, or the fleet is in it or
 *     reads it
 * @param fleet whether the fleet is in the repository
 * @param applications number of applications that follow the ref, or the repository if the event
 *     names no ref
 * @param readers ApplicationSets and FleetIncludes that read the ref, or the repository if the
 *     event names no ref, such as {@code ApplicationSet web}; empty for callers who may see only
 *     some applications
 * @param similar if the repository is not followed, a followed one with a similar path: usually the
 *     endpoint's host lacks a port or path, or the fleet has a different URL
 * @param unmet set if Git did not show the commit in time
 */
public record DeliveryView(
    String id,
    Instant at,
    String endpoint,
    String delivery,
    String type,
    String repository,
    Optional<String> ref,
    Optional<String> commit,
    Optional<String> actor,
    boolean followed,
    boolean fleet,
    long applications,
    List<String> readers,
    Optional<String> similar,
    Optional<Unmet> unmet) {

  /**
   * Commit that Git did not show in time. The ref was evaluated at its current commit instead.
   *
   * @param evaluated the commit that was evaluated; empty if the ref did not exist
   */
  public record Unmet(String expected, Optional<String> evaluated, Instant at) {}
}
