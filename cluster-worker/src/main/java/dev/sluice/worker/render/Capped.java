package dev.sluice.worker.render;

import java.util.ArrayList;
import java.util.List;

/**
 * Caps what a program may take of the machine, by the limits of the shell that becomes it: memory,
 * processor time (should the worker itself die before it can kill), size of files, no core dumps.
 * Works everywhere; {@link OutsideLimits} is faster.
 */
final class Capped {

  private static final String SCRIPT =
      "ulimit -c 0; ulimit -d \"$1\" || exit 125; ulimit -t \"$2\"; ulimit -f \"$3\"; shift 3;"
          + " exec \"$@\"";
  private static final int FILE_BLOCK = 512;
  static final long LARGEST_FILE = 256L << 20;

  private Capped() {}

  static List<String> command(List<String> program, RenderLimits limits) {
    return command(program, limits.memory(), Long.toString(processorSeconds(limits)));
  }

  static long processorSeconds(RenderLimits limits) {
    return Math.max(1, limits.time().toSeconds()) * Runtime.getRuntime().availableProcessors();
  }

  /** Caps a program that lives longer than one rendering. */
  static List<String> lasting(List<String> program, long memory) {
    return command(program, memory, "unlimited");
  }

  private static List<String> command(List<String> program, long memory, String processorTime) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                SCRIPT,
                "sluice",
                Long.toString(memory >> 10),
                processorTime,
                Long.toString(LARGEST_FILE / FILE_BLOCK)));
    command.addAll(program);
    return List.copyOf(command);
  }
}
