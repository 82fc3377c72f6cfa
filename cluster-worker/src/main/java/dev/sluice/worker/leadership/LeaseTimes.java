package dev.sluice.worker.leadership;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The times of a Lease.
 *
 * @param duration how long a Lease that is not renewed stays valid
 * @param renewDeadline how long its holder tries to renew it before giving up leadership
 * @param retryPeriod between attempts to take it, or to renew it after a failure
 */
public record LeaseTimes(Duration duration, Duration renewDeadline, Duration retryPeriod) {

  public LeaseTimes {
    if (duration.compareTo(renewDeadline) <= 0 || renewDeadline.compareTo(retryPeriod) <= 0) {
      throw new IllegalArgumentException(
          "a lease lasts longer than its renewal may take, and that longer than a retry: %s, %s, %s"
              .formatted(duration, renewDeadline, retryPeriod));
    }
  }

  /** Spreads the attempts of workers that wait for the same Lease. */
  private static final double JITTER = 1.2;

  /** The bound after which a leader learns that its Lease was taken or deleted. */
  private static final Duration LONGEST_RENEW_PERIOD = Duration.ofSeconds(10);

  /**
   * Returns the time from a renewal to the next: a third of the deadline, so that a leader that
   * stands still for the rest of it, or fails twice, still renews in time; at most ten seconds.
   */
  Duration renewPeriod() {
    Duration third = renewDeadline.dividedBy(3);
    Duration period = third.compareTo(retryPeriod) > 0 ? third : retryPeriod;
    return period.compareTo(LONGEST_RENEW_PERIOD) < 0 ? period : LONGEST_RENEW_PERIOD;
  }

  /** Returns the retry period with jitter. */
  Duration jitteredRetryPeriod() {
    return retryPeriod.plusNanos(
        (long) (retryPeriod.toNanos() * JITTER * ThreadLocalRandom.current().nextDouble()));
  }
}
