package dev.sluice.dispatcher.fleet;

import java.util.Optional;

/**
 * How much a fleet revision may take away without approval.
 *
 * @param limitPercent share of the applications that it may remove or deselect; up to {@value
 *     #ALWAYS_ALLOWED} always go
 * @param approved the revision that may take away more
 */
public record RemovalGuard(int limitPercent, Optional<String> approved) {

  public static final RemovalGuard DEFAULT = new RemovalGuard(30, Optional.empty());

  static final int ALWAYS_ALLOWED = 2;

  boolean allows(int taken, int known, String revision) {
    return taken <= ALWAYS_ALLOWED
        || taken * 100L <= (long) known * limitPercent
        || approved.equals(Optional.of(revision));
  }
}
