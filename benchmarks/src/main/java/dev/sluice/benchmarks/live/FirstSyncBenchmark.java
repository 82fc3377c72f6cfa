package dev.sluice.benchmarks.live;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Child;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The time of the first sync of many applications until all of them are healthy, compared with the
 * time in which the same calls to the same API server have the same result. The simulated cluster
 * runs the pods; both run in this process, and the worker in another.
 */
public final class FirstSyncBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications of 4 objects", 1, 100_000).or("1000");
  private static final Setting<String> JAVA_OPTIONS =
      Setting.text("java-options", "OPTIONS", "JVM options of the worker").or("-Xmx256m");
  private static final Setting<Boolean> CONFIG_MAPS =
      Setting.flag(
          "config-maps",
          "applications of four ConfigMaps, and only the calls that they need, in a cluster"
              + " without pods");
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "kubeconfig of a real cluster, for --config-maps").optional();
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "rounds of both", 1, 100).or("2");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("first-sync.json");

  private static final Duration LIMIT = Duration.ofMinutes(20);

  private FirstSyncBenchmark() {}

  public static Command command() {
    return new Command(
        "first-sync",
        "Times the first sync of many applications until all are healthy, and the same calls"
            + " alone.",
        List.of(APPLICATIONS, CONFIG_MAPS, KUBECONFIG, ROUNDS, JAVA_OPTIONS, OUTPUT),
        FirstSyncBenchmark::run);
  }

  /** Seconds of one round. */
  private record Round(double calls, double callsUntilAvailable, double sync) {

    double ratio() {
      return callsUntilAvailable / sync;
    }
  }

  private static int run(SettingValues values) throws Exception {
    int applications = values.get(APPLICATIONS);
    System.out.println("calls s   calls until available s   sync until healthy s   ratio");
    Map<String, Round> rounds = new TreeMap<>();
    for (int i = 0; i < values.get(ROUNDS); i++) {
      Path directory = Files.createTempDirectory("sluice-benchmark");
      Logging.toFile(directory.resolve("benchmark.log"));
      double[] bare;
      try (WorkerRig rig = rig(directory, values)) {
        bare = calls(rig, values);
      }
      Round round;
      try (WorkerRig rig = rig(directory, values)) {
        round = new Round(bare[0], bare[1], sync(rig, values, applications));
      }
      System.out.println(
          "%7.1f   %23.1f   %20.1f   %5.2f"
              .formatted(round.calls(), round.callsUntilAvailable(), round.sync(), round.ratio()));
      rounds.put("round " + i, round);
    }
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), rounds);
    return 0;
  }

  private static WorkerRig rig(Path directory, SettingValues values) throws Exception {
    return WorkerRig.start(Files.createTempDirectory(directory, "rig"), values.get(KUBECONFIG));
  }

  /** Returns the seconds of the calls, and until all is available. */
  private static double[] calls(WorkerRig rig, SettingValues values) throws Exception {
    if (!values.get(CONFIG_MAPS)) {
      return SameCalls.run(rig, values.get(APPLICATIONS));
    }
    double seconds = SameCalls.ofConfigMaps(rig, values.get(APPLICATIONS));
    return new double[] {seconds, seconds};
  }

  /** Returns the seconds of a running worker from the targets until all are healthy. */
  private static double sync(WorkerRig rig, SettingValues values, int applications)
      throws Exception {
    try (Child worker = rig.worker(values.get(JAVA_OPTIONS))) {
      rig.awaitLeader();
      long start = System.nanoTime();
      if (values.get(CONFIG_MAPS)) {
        rig.send(applications, SampleApplications::configMaps);
      } else {
        rig.send(applications, 1);
      }
      rig.healthy().await(applications, LIMIT);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.println("worker: " + worker.memory());
      return seconds;
    }
  }
}
