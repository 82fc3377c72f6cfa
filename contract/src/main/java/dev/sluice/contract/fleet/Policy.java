package dev.sluice.contract.fleet;

import java.time.Duration;

/**
 * How an application may be changed in a cluster.
 *
 * @param prune delete what is no longer rendered
 * @param pruneLimitPercent the share of the application's objects that one generation may delete
 *     without approval; 0 to 100
 * @param force take fields over from other managers, since Git is the truth
 * @param timeout bounds one attempt, waiting included
 */
public record Policy(boolean prune, int pruneLimitPercent, boolean force, Duration timeout) {

  public static final Policy DEFAULT = new Policy(true, 50, true, Duration.ofMinutes(5));

  public Policy {
    if (pruneLimitPercent < 0 || pruneLimitPercent > 100) {
      throw new IllegalArgumentException(
          "pruneLimitPercent is between 0 and 100, not " + pruneLimitPercent);
    }
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0
        || timeout.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException("timeout is between 1s and 24h, not " + timeout);
    }
  }
}
