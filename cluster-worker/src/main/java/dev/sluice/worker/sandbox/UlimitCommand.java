package dev.sluice.worker.sandbox;

/**
 * Limits a program by the limits of the shell that becomes it: memory, processor time (in case the
 * worker dies before it can kill it), file size, no core dumps.
 */
final class UlimitCommand {

  private static final String UNLIMITED = "unlimited";
  private static final int FILE_BLOCK = 512;
  private static final long LARGEST_FILE = 256L << 20;

  private UlimitCommand() {}

  /** Returns the shell commands that limit one rendering. */
  static String limits(RenderLimits limits) {
    long processors = Runtime.getRuntime().availableProcessors();
    long seconds = Math.max(1, limits.time().toSeconds()) * processors;
    return limits(limits.memory(), Long.toString(seconds));
  }

  /** Returns the shell commands that limit a program that lasts longer than one rendering. */
  static String lasting(long memory) {
    return limits(memory, UNLIMITED);
  }

  private static String limits(long memory, String processorTime) {
    return "ulimit -c 0; ulimit -d %d || exit 125; ulimit -t %s; ulimit -f %d"
        .formatted(memory >> 10, processorTime, LARGEST_FILE / FILE_BLOCK);
  }
}
