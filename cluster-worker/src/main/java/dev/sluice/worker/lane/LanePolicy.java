package dev.sluice.worker.lane;

import java.time.Duration;

/**
 * How patient lanes are.
 *
 * @param backoff between attempts that fail for reasons that pass
 * @param stuckAfter how long such attempts go on before a person is told
 * @param slowTimer between attempts at what the cluster's state parks; see {@link Wake}
 */
public record LanePolicy(Backoff backoff, Duration stuckAfter, Duration slowTimer) {

  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final int DOUBLINGS = 16;

  /**
   * How long what is parked waits: the slow timer, but less after the first attempts, since many
   * causes (an order between applications, someone at work) are gone soon.
   */
  Duration afterParking(int failed) {
    Duration growing = FIRST.multipliedBy(1L << Math.clamp(failed - 1, 0, DOUBLINGS));
    return growing.compareTo(slowTimer) < 0 ? growing : slowTimer;
  }
}
