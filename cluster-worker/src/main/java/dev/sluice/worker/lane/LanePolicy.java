package dev.sluice.worker.lane;

import dev.sluice.platform.process.Backoff;
import java.time.Duration;

/**
 * The retry policy of lanes.
 *
 * @param backoff between attempts that fail transiently
 * @param stuckAfter how long such attempts are retried before the application is parked
 * @param slowTimer between attempts at an application that is parked because of the cluster's
 *     state; see {@link Wake}
 */
public record LanePolicy(Backoff backoff, Duration stuckAfter, Duration slowTimer) {

  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final int DOUBLINGS = 16;

  /**
   * Returns how long a parked application waits: the slow timer, but less after the first attempts,
   * since many causes (the order of applications, a manual change in progress) disappear soon.
   */
  Duration afterParking(int failed) {
    Duration growing = FIRST.multipliedBy(1L << Math.clamp(failed - 1, 0, DOUBLINGS));
    return bounded(growing);
  }

  /** Returns a delay, such as one that the server asks for, but at most the slow timer. */
  Duration bounded(Duration delay) {
    return delay.compareTo(slowTimer) < 0 ? delay : slowTimer;
  }
}
