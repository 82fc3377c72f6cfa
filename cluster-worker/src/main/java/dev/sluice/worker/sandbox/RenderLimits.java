package dev.sluice.worker.sandbox;

import dev.sluice.contract.yaml.Allowance;
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
  private static final long LARGEST_FILE = 256L << 20;
  private static final int ULIMIT_BLOCK = 512;

  public static final RenderLimits DEFAULT =
      new RenderLimits(Duration.ofMinutes(1), 1L << 30, Allowance.MAX_APPLICATION);

  /** Limits with the usual one for files. */
  public RenderLimits(Duration time, long memory, int output) {
    this(time, memory, output, FILES);
  }

  public RenderLimits withTime(Duration other) {
    return new RenderLimits(other, memory, output, files);
  }

  /**
   * Returns shell commands that limit the program which the shell becomes, for one rendering:
   * memory, processor time, file size, no core dumps.
   */
  String ulimits() {
    // in case the worker dies before it can kill the program
    long processors = Runtime.getRuntime().availableProcessors();
    long seconds = Math.max(1, time.toSeconds()) * processors;
    return ulimits(Long.toString(seconds));
  }

  /** Returns such commands for a program that lasts longer than one rendering. */
  String lastingUlimits() {
    return ulimits("unlimited");
  }

  private String ulimits(String processorTime) {
    return "ulimit -c 0; ulimit -d %d || exit 125; ulimit -t %s; ulimit -f %d"
        .formatted(memory >> 10, processorTime, LARGEST_FILE / ULIMIT_BLOCK);
  }
}
