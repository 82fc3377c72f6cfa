package dev.sluice.api.readmodel;

import java.time.Instant;
import java.util.Optional;

/**
 * An event that a webhook led to, and whether anything follows what it is about. A delivery that
 * tells of several refs leads to several.
 *
 * @param id of the event
 * @param at when the receiver had it
 * @param delivery the forge's id of the delivery
 * @param commit what the forge says the ref is at; empty if it was deleted, or no full id was told
 * @param followed whether any application has a source in the repository
 * @param applications how many follow the ref, or the repository where no ref is told of
 * @param similar where the repository is not followed, one with a like path that is: mostly the
 *     endpoint's host then lacks a port or a path, or the fleet's URL has another
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
    long applications,
    Optional<String> similar,
    Optional<Unmet> unmet) {

  /**
   * The ref was evaluated as it was.
   *
   * @param evaluated the commit that it was at; empty if there was no such ref
   */
  public record Unmet(String expected, Optional<String> evaluated, Instant at) {}
}
