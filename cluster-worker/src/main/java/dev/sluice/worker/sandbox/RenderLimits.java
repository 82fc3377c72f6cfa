package dev.sluice.worker.sandbox;

import java.time.Duration;

/**
 * Limits of one rendering.
 *
 * @param time until the renderer is killed
 * @param memory bytes that its process may allocate, enforced where the system supports {@code
 *     RLIMIT_DATA} (Linux)
 * @param output bytes that it may write to its output
 * @param files bytes that the files of its private directory may have together, inputs included
 */
public record RenderLimits(Duration time, long memory, int output, long files) {

  private static final long FILES = 512L << 20;

  public static final RenderLimits DEFAULT =
      new RenderLimits(Duration.ofMinutes(1), 1L << 30, 16 << 20);

  /** Limits with the usual one for files. */
  public RenderLimits(Duration time, long memory, int output) {
    this(time, memory, output, FILES);
  }

  public RenderLimits withTime(Duration other) {
    return new RenderLimits(other, memory, output, files);
  }
}
