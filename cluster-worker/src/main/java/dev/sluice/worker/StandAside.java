package dev.sluice.worker;

import java.time.Duration;

/**
 * How long a worker whose leader session failed leaves leadership to others. The time grows with
 * each failure, so that a permanent fault does not make workers exchange leadership all the time.
 */
final class StandAside {

  private static final Duration MOST_AFTER_FAILURE = Duration.ofMinutes(1);
  private static final Duration MOST_AFTER_UNKNOWN_TYPE = Duration.ofMinutes(10);

  private final Duration afterFailure;
  private final Duration afterUnknownType;
  private int times;

  /**
   * Creates the policy.
   *
   * @param retryPeriod between attempts to take the Lease; others get their turn within a few of
   *     them
   * @param leaseDuration of the Lease
   */
  StandAside(Duration retryPeriod, Duration leaseDuration) {
    // a waiting worker tries again within 2.2 retry periods
    this.afterFailure = retryPeriod.multipliedBy(3);
    this.afterUnknownType = leaseDuration.multipliedBy(4);
  }

  /** Returns how long to stand aside after a session that ended for this reason. */
  Duration after(SessionEnd end) {
    int doublings = Math.min(times++, 10);
    return switch (end) {
      case SessionEnd.Failed _ -> least(afterFailure, doublings, MOST_AFTER_FAILURE);
      case SessionEnd.UnknownType _ -> least(afterUnknownType, doublings, MOST_AFTER_UNKNOWN_TYPE);
    };
  }

  /** Resets the time, since a session was stable for long enough. */
  void reset() {
    times = 0;
  }

  private static Duration least(Duration first, int doublings, Duration most) {
    Duration wanted = first.multipliedBy(1L << doublings);
    return wanted.compareTo(most) > 0 ? most : wanted;
  }
}
