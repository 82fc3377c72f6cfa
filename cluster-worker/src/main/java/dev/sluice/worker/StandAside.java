package dev.sluice.worker;

import java.time.Duration;

/**
 * How long a worker whose term ended by itself leaves the lead to others: longer each time, so that
 * a fault that stays does not make workers change the lead back and forth.
 */
final class StandAside {

  private static final Duration MOST_AFTER_FAILURE = Duration.ofMinutes(1);
  private static final Duration MOST_AFTER_UNKNOWN_TYPE = Duration.ofMinutes(10);

  private final Duration afterFailure;
  private final Duration afterUnknownType;
  private int times;

  /**
   * @param retryPeriod between attempts to take the lead: others have had their turn after some
   * @param leaseDuration of the Lease
   */
  StandAside(Duration retryPeriod, Duration leaseDuration) {
    // whoever waits looks again within 2.2 retry periods
    this.afterFailure = retryPeriod.multipliedBy(3);
    this.afterUnknownType = leaseDuration.multipliedBy(4);
  }

  /** A term ended so. */
  Duration after(SessionEnd end) {
    int doublings = Math.min(times++, 10);
    return switch (end) {
      case SessionEnd.Failed _ -> least(afterFailure, doublings, MOST_AFTER_FAILURE);
      case SessionEnd.UnknownType _ -> least(afterUnknownType, doublings, MOST_AFTER_UNKNOWN_TYPE);
    };
  }

  /** A term went well for long enough: what comes now is another fault. */
  void forget() {
    times = 0;
  }

  private static Duration least(Duration first, int doublings, Duration most) {
    Duration wanted = first.multipliedBy(1L << doublings);
    return wanted.compareTo(most) > 0 ? most : wanted;
  }
}
