package dev.sluice.dispatcher.fleet;

/**
 * Guard against a fleet revision that removes or deselects many applications by mistake. Two are
 * always allowed.
 *
 * @param limitPercent the percentage of the applications that it may remove or deselect, in a fleet
 *     of at least {@value #COUNTS_FROM}; 100 turns the guard off
 */
public record RemovalGuard(int limitPercent) {

  public static final RemovalGuard DEFAULT = new RemovalGuard(30);

  static final int ALWAYS_ALLOWED = 2;

  /**
   * In a smaller fleet, one application is too large a share of it for a percentage to say much.
   */
  static final int COUNTS_FROM = 5;

  boolean allows(int taken, int known) {
    return taken <= ALWAYS_ALLOWED
        || limitPercent == 100
        || (known >= COUNTS_FROM && taken * 100L <= (long) known * limitPercent);
  }

  /** Describes the limit of a fleet with this many applications. */
  String limit(int known) {
    return known >= COUNTS_FROM ? limitPercent + " %" : Integer.toString(ALWAYS_ALLOWED);
  }
}
