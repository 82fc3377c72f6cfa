package dev.sluice.worker.leadership;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The times of a Lease.
 *
 * @param duration how long a Lease that is not renewed stays valid
 * @param renewDeadline how long its holder tries to renew it before giving up leadership
 * @param retryPeriod between attempts to take or renew it
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

  /** Returns the retry period with jitter. */
  Duration jitteredRetryPeriod() {
    return retryPeriod.plusNanos(
        (long) (retryPeriod.toNanos() * JITTER * ThreadLocalRandom.current().nextDouble()));
  }
}
