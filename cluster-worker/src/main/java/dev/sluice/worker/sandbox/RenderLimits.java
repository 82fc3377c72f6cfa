package dev.sluice.worker.sandbox;

import java.time.Duration;

/**
 * Limits of one rendering.
 *
 * @param time until the renderer is killed
 * @param memory bytes that its process may allocate, enforced where the system supports {@code
 *     RLIMIT_DATA} (Linux)
 * @param output bytes that it may write
 */
public record RenderLimits(Duration time, long memory, int output) {

  public static final RenderLimits DEFAULT =
      new RenderLimits(Duration.ofMinutes(1), 1L << 30, 16 << 20);

  public RenderLimits withTime(Duration other) {
    return new RenderLimits(other, memory, output);
  }
}
