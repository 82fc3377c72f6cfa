package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * From webhook in to object changed: pushes commits that touch one of N applications and times each
 * step, next to the floor (fetch and the same API calls back to back) in the same run.
 */
final class LatencyBenchmark {

  private static final Setting<List<Integer>> APPLICATIONS =
      Setting.<List<Integer>>of(
              "applications",
              "N,N,...",
              "how many applications the repository has",
              text -> Arrays.stream(text.split(",")).map(Integer::valueOf).toList())
          .or("10,100,1000");
  private static final Setting<Integer> RUNS =
      Setting.integer("runs", "runs for each number of applications", 1, 100).or("5");
  private static final Setting<Integer> PUSHES =
      Setting.integer("pushes", "pushes in a run", 1, 10_000).or("40");
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "a real cluster; by default a simulated one").optional();
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "where the figures go as JSON").or("latency.json");

  private LatencyBenchmark() {}

  static Command command() {
    return new Command(
        "latency",
        "Times webhook in to object changed, step by step, next to the floor.",
        List.of(APPLICATIONS, RUNS, PUSHES, KUBECONFIG, OUTPUT),
        LatencyBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path log = Files.createTempFile("sluice-benchmark", ".log");
    Logging.toFile(log);
    System.out.println(
        "Milliseconds; each figure is the median over the runs, with the least and most of a run in"
            + " brackets.");
    System.out.println(LatencyReport.header());
    List<LatencyReport> reports = new ArrayList<>();
    for (int applications : values.get(APPLICATIONS)) {
      Path directory = Files.createTempDirectory("sluice-benchmark");
      try (LatencyRig rig = LatencyRig.start(directory, applications, values.get(KUBECONFIG))) {
        List<LatencyRun> runs = new ArrayList<>();
        rig.run(Math.min(20, values.get(PUSHES))); // not counted: the JIT compiler's
        for (int i = 0; i < values.get(RUNS); i++) {
          runs.add(rig.run(values.get(PUSHES)));
        }
        LatencyReport report = LatencyReport.of(applications, runs, LatencyRig.memory());
        System.out.println(report.row());
        reports.add(report);
      }
    }
    System.out.println();
    reports.forEach(report -> System.out.println(report.ratios(reports.getFirst())));
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), reports);
    return 0;
  }
}
