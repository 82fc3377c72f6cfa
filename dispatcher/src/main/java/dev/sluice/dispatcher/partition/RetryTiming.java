package dev.sluice.dispatcher.partition;

import java.time.Duration;

/**
 * Delays and intervals of a partition's evaluations.
 *
 * @param patience how long Git is asked for a commit that a webhook announced, before the ref is
 *     evaluated at the commit that Git shows
 * @param grace how long a change may be pending before it is recorded in {@code state}; a faster
 *     one needs no record of its own
 * @param pollInterval between two polls of a ref without webhooks; zero turns polling off
 */
public record RetryTiming(Duration patience, Duration grace, Duration pollInterval) {

  public static final RetryTiming DEFAULT =
      new RetryTiming(Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofMinutes(3));

  private static final long FIRST_RETRY_MILLIS = 20;
  private static final long FIRST_FETCH_MILLIS = 1_000;
  private static final long LONGEST_EXPECTING_MILLIS = 2_000;
  private static final long LONGEST_FAILING_MILLIS = 60_000;

  /** Returns the delay before Git is asked again for a commit that it does not show yet. */
  public Duration beforeExpectingAgain(int attempts) {
    return growing(FIRST_RETRY_MILLIS, attempts, LONGEST_EXPECTING_MILLIS);
  }

  /** Returns the delay before a remote that could not be read is read again. */
  public Duration beforeTryingAgain(int attempts, boolean retryable) {
    return retryable
        ? growing(FIRST_RETRY_MILLIS, attempts, LONGEST_FAILING_MILLIS)
        : Duration.ofMillis(LONGEST_FAILING_MILLIS);
  }

  /**
   * Returns the delay before an application is evaluated again whose remote base or chart was
   * unavailable.
   */
  static Duration beforeFetchingAgain(int attempts) {
    return growing(FIRST_FETCH_MILLIS, attempts, LONGEST_FAILING_MILLIS);
  }

  private static Duration growing(long first, int attempts, long longest) {
    double millis = first * Math.pow(1.6, Math.min(attempts - 1, 40));
    return Duration.ofMillis((long) Math.min(millis, (double) longest));
  }
}
