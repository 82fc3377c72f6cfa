package dev.sluice.worker.lane;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * The delay before a retry. It doubles from the least to the most, and its upper half is random, so
 * that lanes that failed together do not retry together.
 *
 * @param random returns numbers from 0 to 1
 */
public record Backoff(Duration least, Duration most, DoubleSupplier random) {

  private static final int MAX_SHIFT = 30;

  /** Returns the delay after this number of failed attempts (at least 1). */
  public Duration after(int attempts) {
    long factor = 1L << Math.min(attempts - 1, MAX_SHIFT);
    long full = Math.min(most.toMillis(), Math.multiplyExact(least.toMillis(), factor));
    return Duration.ofMillis((long) (full * (0.5 + random.getAsDouble() / 2)));
  }
}
