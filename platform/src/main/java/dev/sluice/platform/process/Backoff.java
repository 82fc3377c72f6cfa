package dev.sluice.platform.process;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * The delays between attempts. They double from the first to the longest.
 *
 * @param random returns numbers from 0 to 1, which choose from the upper half of a delay, so that
 *     what failed together is not retried together
 */
public record Backoff(Duration first, Duration longest, DoubleSupplier random) {

  private static final int MAX_DOUBLINGS = 30;

  /** Creates delays without a random part. */
  public Backoff(Duration first, Duration longest) {
    this(first, longest, () -> 1);
  }

  /** Returns the delay after this number of failed attempts (at least 1). */
  public Duration after(int attempts) {
    long factor = 1L << Math.min(attempts - 1, MAX_DOUBLINGS);
    long full = Math.min(longest.toMillis(), Math.multiplyExact(first.toMillis(), factor));
    return Duration.ofMillis((long) (full * (0.5 + random.getAsDouble() / 2)));
  }
}
