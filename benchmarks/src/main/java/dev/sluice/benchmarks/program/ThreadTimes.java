package dev.sluice.benchmarks.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Processor time and wake-ups of the threads of a process, by what their names begin with. */
final class ThreadTimes {

  static final double TICKS_PER_SECOND = 100;

  private final Map<String, Times> byName;

  /**
   * Times of threads.
   *
   * @param cpu in seconds
   * @param wakeUps how often they began to run after a wait
   */
  record Times(double cpu, long wakeUps) {

    private Times plus(Times more) {
      return new Times(cpu + more.cpu, wakeUps + more.wakeUps);
    }

    private Times minus(Times before) {
      return new Times(cpu - before.cpu, wakeUps - before.wakeUps);
    }
  }

  private ThreadTimes(Map<String, Times> byName) {
    this.byName = byName;
  }

  /** Reads the times of the threads that a process has now. */
  static ThreadTimes of(long pid) throws IOException {
    Map<String, Times> byName = new TreeMap<>();
    List<Path> tasks;
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      tasks = all.toList();
    }
    for (Path task : tasks) {
      try {
        String stat = Files.readString(task.resolve("stat"));
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        List<String> fields = fields(stat);
        long ticks = Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
        byName.merge(
            name.replaceAll("[-#_ ]*\\d+.*$", ""),
            new Times(ticks / TICKS_PER_SECOND, wakeUps(task)),
            Times::plus);
      } catch (NoSuchFileException e) {
        // it has ended
      }
    }
    return new ThreadTimes(byName);
  }

  /** Returns the fields of a file {@code stat} after the name (proc(5)), from the state on. */
  static List<String> fields(String stat) {
    return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
  }

  private static long wakeUps(Path task) throws IOException {
    return Files.readAllLines(task.resolve("status")).stream()
        .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /** Returns the times since an earlier reading, those with the most processor time first. */
  List<Map.Entry<String, Times>> since(ThreadTimes earlier) {
    return byName.entrySet().stream()
        .map(
            entry ->
                Map.entry(
                    entry.getKey(),
                    entry
                        .getValue()
                        .minus(earlier.byName.getOrDefault(entry.getKey(), new Times(0, 0)))))
        .sorted(
            Comparator.<Map.Entry<String, Times>>comparingDouble(entry -> -entry.getValue().cpu())
                .thenComparing(entry -> -entry.getValue().wakeUps()))
        .toList();
  }
}
