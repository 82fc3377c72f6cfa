package dev.sluice.dispatcher.fleet;

import java.util.Optional;

/**
 * Limit on the applications that a fleet revision may remove without approval. Up to {@value
 * #ALWAYS_ALLOWED} are always allowed.
 *
 * @param limitPercent percentage of the applications that it may remove or deselect, in a fleet of
 *     at least {@value #COUNTS_FROM}; 100 turns the guard off
 * @param approved the digest of a larger removal that is approved: of the revision and of every
 *     application with its clusters
 */
public record RemovalGuard(int limitPercent, Optional<String> approved) {

  public static final RemovalGuard DEFAULT = new RemovalGuard(30, Optional.empty());

  static final int ALWAYS_ALLOWED = 2;

  /**
   * In a smaller fleet, one application is too large a share of it for a percentage to say much.
   */
  static final int COUNTS_FROM = 5;

  boolean allows(int taken, int known, String digest) {
    return taken <= ALWAYS_ALLOWED
        || limitPercent == 100
        || (known >= COUNTS_FROM && taken * 100L <= (long) known * limitPercent)
        || approved.equals(Optional.of(digest));
  }

  /** Describes the limit of a fleet with this many applications. */
  String limit(int known) {
    return known >= COUNTS_FROM ? limitPercent + " %" : Integer.toString(ALWAYS_ALLOWED);
  }
}
