package dev.sluice.dispatcher.fleet;

import java.util.Optional;

/**
 * How much a fleet revision may take away without approval.
 *
 * @param limitPercent share of the applications that it may remove or deselect; up to {@value
 *     #ALWAYS_ALLOWED} always go
 * @param approved the digest of what may be taken away all the same: of the revision and of every
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
