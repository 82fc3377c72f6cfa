package dev.sluice.dispatcher.fleet;

import java.util.Optional;

/**
 * Limit on the applications that a fleet revision may remove without approval.
 *
 * @param limitPercent percentage of the applications that it may remove or deselect; up to {@value
 *     #ALWAYS_ALLOWED} are always allowed
 * @param approved the digest of a larger removal that is approved: of the revision and of every
 *     application with its clusters
 */
public record RemovalGuard(int limitPercent, Optional<String> approved) {

  public static final RemovalGuard DEFAULT = new RemovalGuard(30, Optional.empty());

  static final int ALWAYS_ALLOWED = 2;

  boolean allows(int taken, int known, String digest) {
    return taken <= ALWAYS_ALLOWED
        || taken * 100L <= (long) known * limitPercent
        || approved.equals(Optional.of(digest));
  }
}
