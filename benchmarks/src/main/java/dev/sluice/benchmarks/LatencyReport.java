package dev.sluice.benchmarks;

import dev.sluice.benchmarks.LatencyRun.Step;
import dev.sluice.benchmarks.measure.Sample;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Figures for one size of the fleet.
 *
 * @param steps figures over the runs, by step
 * @param p50ToFloor p50 of {@code CHANGED} over p50 of {@code FLOOR}
 */
record LatencyReport(
    LatencyFleet.Size size,
    int runs,
    int pushesPerRun,
    Map<Step, Figure> steps,
    double p50ToFloor,
    Memory memory) {

  /** A figure over the runs: the median of the runs' p50 and p99, and the spread of the p50. */
  record Figure(double p50, double p50Least, double p50Most, double p99) {}

  /** Memory of the whole process in MiB, with the broker and any simulated cluster. */
  record Memory(long residentMiB, long heapUsedMiB) {}

  static LatencyReport of(LatencyFleet.Size size, List<LatencyRun> runs, Memory memory) {
    Map<Step, Figure> steps = new EnumMap<>(Step.class);
    List<Map<Step, Sample>> samples = runs.stream().map(LatencyRun::samples).toList();
    for (Step step : Step.values()) {
      Sample p50 = Sample.of(samples.stream().map(run -> run.get(step).median()).toList());
      Sample p99 = Sample.of(samples.stream().map(run -> run.get(step).percentile(99)).toList());
      steps.put(step, new Figure(p50.median(), p50.least(), p50.most(), p99.median()));
    }
    return new LatencyReport(
        size,
        runs.size(),
        runs.getFirst().pushes().size(),
        steps,
        steps.get(Step.CHANGED).p50() / steps.get(Step.FLOOR).p50(),
        memory);
  }

  static String header() {
    StringBuilder header = new StringBuilder("%6s ".formatted("N"));
    for (Step step : Step.values()) {
      header.append(" %20s".formatted(step.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
    }
    return header.append("  (p50 [spread] / p99)").toString();
  }

  String row() {
    StringBuilder row = new StringBuilder("%6d ".formatted(size.applications()));
    for (Figure figure : steps.values()) {
      row.append(
          " %20s"
              .formatted(
                  "%.1f [%.1f-%.1f]/%.1f"
                      .formatted(figure.p50(), figure.p50Least(), figure.p50Most(), figure.p99())));
    }
    return row.toString();
  }

  String ratios(LatencyReport smallest) {
    Figure changed = steps.get(Step.CHANGED);
    Figure least = smallest.steps().get(Step.CHANGED);
    return "%s: p50 %.2f x the floor; p50 %.2f x, p99 %.2f x %s; resident %d MiB, heap %d MiB"
        .formatted(
            size,
            p50ToFloor,
            changed.p50() / least.p50(),
            changed.p99() / least.p99(),
            smallest.size(),
            memory.residentMiB(),
            memory.heapUsedMiB());
  }
}
