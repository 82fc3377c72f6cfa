package dev.sluice.dispatcher.partition;

import java.time.Duration;

/**
 * How long a home waits for what.
 *
 * @param patience how long a commit that a webhook told of is asked for before what Git shows is
 *     taken for the truth
 * @param grace how long a change may be unfinished before {@code state} remembers it; until then it
 *     costs no record of its own
 * @param sweep between two looks at a ref that nobody told of; zero for never
 */
public record RetryTiming(Duration patience, Duration grace, Duration sweep) {

  public static final RetryTiming DEFAULT =
      new RetryTiming(Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofMinutes(3));

  private static final long FIRST_RETRY_MILLIS = 20;
  private static final long FIRST_FETCH_MILLIS = 1_000;
  private static final long LONGEST_EXPECTING_MILLIS = 2_000;
  private static final long LONGEST_FAILING_MILLIS = 60_000;

  /** Before asking again for a commit that Git does not show yet. */
  Duration beforeExpectingAgain(int attempts) {
    return growing(FIRST_RETRY_MILLIS, attempts, LONGEST_EXPECTING_MILLIS);
  }

  /** Before asking a remote again that could not be read. */
  Duration beforeTryingAgain(int attempts, boolean retryable) {
    return retryable
        ? growing(FIRST_RETRY_MILLIS, attempts, LONGEST_FAILING_MILLIS)
        : Duration.ofMillis(LONGEST_FAILING_MILLIS);
  }

  /** Before looking again at what another repository was missing for. */
  static Duration beforeFetchingAgain(int attempts) {
    return growing(FIRST_FETCH_MILLIS, attempts, LONGEST_FAILING_MILLIS);
  }

  private static Duration growing(long first, int attempts, long longest) {
    double millis = first * Math.pow(1.6, Math.min(attempts - 1, 40));
    return Duration.ofMillis((long) Math.min(millis, (double) longest));
  }
}
