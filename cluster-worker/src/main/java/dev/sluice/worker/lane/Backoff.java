package dev.sluice.worker.lane;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before trying again: doubling from the least to the most, the upper half of it
 * at random, so that lanes that failed together do not come back together.
 *
 * @param random gives numbers from 0 to 1
 */
public record Backoff(Duration least, Duration most, DoubleSupplier random) {

  private static final int MAX_SHIFT = 30;

  /** Before the attempt after {@code attempts} that failed (at least 1). */
  public Duration after(int attempts) {
    long factor = 1L << Math.min(attempts - 1, MAX_SHIFT);
    long full = Math.min(most.toMillis(), Math.multiplyExact(least.toMillis(), factor));
    return Duration.ofMillis((long) (full * (0.5 + random.getAsDouble() / 2)));
  }
}
