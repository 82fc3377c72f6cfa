package dev.sluice.benchmarks.receiver;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Figures of a run.
 *
 * @param besideIdle the receiver at half load with idle connections, if that was measured
 * @param largeBodies number of answers to 50 concurrent bodies of 25 MB, by status
 * @param longRun memory during a long run, if there was one
 */
record ReceiverReport(
    Side bare,
    Side receiver,
    Optional<BesideIdle> besideIdle,
    Map<String, Integer> largeBodies,
    List<Memory> longRun) {

  /**
   * Figures of one server: medians over the rounds.
   *
   * @param cpuMicros CPU time of the server's process per delivery, at full load
   * @param failures number of answers other than 202, in all rounds
   */
  record Side(
      double perSecond,
      double p50FullMillis,
      double p99FullMillis,
      double p50HalfMillis,
      double p99HalfMillis,
      double cpuMicros,
      int failures) {

    static Side of(List<LoadResult> full, List<LoadResult> half) {
      return new Side(
          median(full, LoadResult::perSecond),
          median(full, LoadResult::p50Millis),
          median(full, LoadResult::p99Millis),
          median(half, LoadResult::p50Millis),
          median(half, LoadResult::p99Millis),
          median(full, LoadResult::serverCpuMicros),
          full.stream().mapToInt(LoadResult::failures).sum()
              + half.stream().mapToInt(LoadResult::failures).sum());
    }

    String row(String name) {
      return "%-10s %14.0f %12.2f %12.2f %12.2f %12.2f %12.1f %10d\n"
          .formatted(
              name,
              perSecond,
              p50FullMillis,
              p99FullMillis,
              p50HalfMillis,
              p99HalfMillis,
              cpuMicros,
              failures);
    }
  }

  /** Latencies under the same load and heap, without and with idle connections. */
  record BesideIdle(int connections, double p99WithoutMillis, double p99WithMillis) {
    @Override
    public String toString() {
      return "p99 at half load with %d idle connections: %.2f ms, %.2f x without"
          .formatted(connections, p99WithMillis, p99WithMillis / p99WithoutMillis);
    }
  }

  /** Memory of the receiver's process after a number of deliveries. */
  record Memory(long deliveries, int failures, double heapMiB, double residentMiB) {}

  static double median(List<LoadResult> results, ToDoubleFunction<LoadResult> figure) {
    double[] sorted = results.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  String table() {
    StringBuilder table =
        new StringBuilder(
            "%-10s %14s %12s %12s %12s %12s %12s %10s\n"
                .formatted(
                    "",
                    "deliveries/s",
                    "p50 ms",
                    "p99 ms",
                    "p50 ms half",
                    "p99 ms half",
                    "CPU us each",
                    "failures"));
    table.append(bare.row("bare")).append(receiver.row("receiver"));
    table.append(
        "throughput %.2f of bare; p99 at half load %.2f x bare\n"
            .formatted(
                receiver.perSecond() / bare.perSecond(),
                receiver.p99HalfMillis() / bare.p99HalfMillis()));
    besideIdle.ifPresent(idle -> table.append(idle).append('\n'));
    table.append("50 bodies of 25 MB at once, by answer: ").append(largeBodies).append('\n');
    longRun.forEach(memory -> table.append(memory).append('\n'));
    return table.toString();
  }
}
