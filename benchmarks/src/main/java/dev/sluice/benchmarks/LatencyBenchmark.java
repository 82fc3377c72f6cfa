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
 * Latency from webhook to changed object: pushes commits that change one of N applications and
 * times each step, with the lower bound ({@link Floor}) in the same run. Applications may be in
 * several repositories, and some may fail for ever.
 */
final class LatencyBenchmark {

  private static final Setting<List<Integer>> APPLICATIONS =
      Setting.<List<Integer>>of(
              "applications",
              "N,N,...",
              "numbers of applications in the repository",
              text -> Arrays.stream(text.split(",")).map(Integer::valueOf).toList())
          .or("10,100,1000");
  private static final Setting<Integer> REPOSITORIES =
      Setting.integer("repositories", "number of repositories of the applications", 1, 1000)
          .or("1");
  private static final Setting<List<Integer>> FAILING =
      Setting.<List<Integer>>of(
              "failing",
              "P,P,...",
              "percentages of the applications that fail for ever",
              text -> Arrays.stream(text.split(",")).map(Integer::valueOf).toList())
          .or("0");
  private static final Setting<Integer> RUNS =
      Setting.integer("runs", "runs per number of applications", 1, 100).or("5");
  private static final Setting<Integer> PUSHES =
      Setting.integer("pushes", "pushes per run", 1, 10_000).or("40");
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "kubeconfig of a real cluster (default: a simulated one)")
          .optional();
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("latency.json");

  private LatencyBenchmark() {}

  static Command command() {
    return new Command(
        "latency",
        "Times webhook to changed object, step by step, and the lower bound of these times.",
        List.of(APPLICATIONS, REPOSITORIES, FAILING, RUNS, PUSHES, KUBECONFIG, OUTPUT),
        LatencyBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path log = Files.createTempFile("sluice-benchmark", ".log");
    Logging.toFile(log);
    System.out.println(
        "Milliseconds: the median over the runs, with the lowest and highest figure of a run in"
            + " brackets.");
    System.out.println(LatencyReport.header());
    List<LatencyReport> reports = new ArrayList<>();
    for (int applications : values.get(APPLICATIONS)) {
      for (int failing : values.get(FAILING)) {
        LatencyReport report =
            report(new LatencyFleet.Size(applications, values.get(REPOSITORIES), failing), values);
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

  private static LatencyReport report(LatencyFleet.Size size, SettingValues values)
      throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    try (LatencyRig rig = LatencyRig.start(directory, size, values.get(KUBECONFIG))) {
      List<LatencyRun> runs = new ArrayList<>();
      rig.run(Math.min(20, values.get(PUSHES))); // warm-up, not counted
      for (int i = 0; i < values.get(RUNS); i++) {
        runs.add(rig.run(values.get(PUSHES)));
      }
      return LatencyReport.of(size, runs, LatencyRig.memory());
    }
  }
}
