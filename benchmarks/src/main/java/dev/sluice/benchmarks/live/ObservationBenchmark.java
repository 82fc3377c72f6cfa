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
import java.util.Optional;

/**
 * The cost of observing live objects that do not change, or whose status changes: memory and
 * processor time of a worker in a process of its own, and its requests during a resync.
 */
public final class ObservationBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications of 4 objects", 1, 100_000).or("1000");
  private static final Setting<Duration> IDLE =
      Setting.duration("idle", "how long the worker's processor time is measured at rest").or("2m");
  private static final Setting<Integer> UPDATES =
      Setting.integer("updates", "number of updates of statuses; 0 for none", 0, 10_000_000)
          .or("10000");
  private static final Setting<Integer> PER_MINUTE =
      Setting.integer("updates-per-minute", "rate of these updates", 1, 1_000_000).or("10000");
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "kubeconfig of a real cluster (default: a simulated one)")
          .optional();
  private static final Setting<String> JAVA_OPTIONS =
      Setting.text("java-options", "OPTIONS", "JVM options of the worker").or("-Xmx128m");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("observation.json");

  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final Duration SETTLE = Duration.ofSeconds(20);
  private static final Duration RESYNC = Duration.ofSeconds(20);

  private ObservationBenchmark() {}

  public static Command command() {
    return new Command(
        "observation",
        "Measures memory, processor time and requests of a worker whose objects do not change.",
        List.of(APPLICATIONS, IDLE, UPDATES, PER_MINUTE, KUBECONFIG, JAVA_OPTIONS, OUTPUT),
        ObservationBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    Logging.toFile(directory.resolve("benchmark.log"));
    System.out.println("Logs: " + directory);
    ObservationFigures figures = new ObservationFigures(values.get(APPLICATIONS));
    try (WorkerRig rig = WorkerRig.start(directory, values.get(KUBECONFIG))) {
      measure(rig, values, figures);
    }
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), figures.all());
    return 0;
  }

  private static void measure(WorkerRig rig, SettingValues values, ObservationFigures figures)
      throws Exception {
    int applications = values.get(APPLICATIONS);
    String options = values.get(JAVA_OPTIONS);
    Optional<RequestCounts> requests = rig.simulated().map(RequestCounts::of);
    rig.send(applications, 0);
    try (Child worker = rig.worker(options)) {
      rig.healthy().await(applications, LIMIT);
      Thread.sleep(SETTLE);
      figures.memory("after all were applied", worker);
    }
    rig.healthy().forget();
    try (Child worker = rig.worker(options)) {
      rig.healthy().await(applications, LIMIT);
      Thread.sleep(SETTLE);
      figures.memory("after a restart", worker);
      if (values.get(UPDATES) > 0) {
        StatusUpdates updates = new StatusUpdates(new RawApi(rig.client()), rig.namespace());
        int rate = values.get(PER_MINUTE);
        // until its code is compiled, the worker needs more processor time
        figures.processor(
            "during the first updates of statuses",
            worker,
            () -> figures.rate(updates.send(applications, values.get(UPDATES), rate)));
        requests.ifPresent(RequestCounts::clear);
        figures.processor(
            "during updates of statuses",
            worker,
            () -> figures.rate(updates.send(applications, values.get(UPDATES), rate)));
        requests.ifPresent(counts -> figures.requests("during updates of statuses", counts));
        figures.memory("after updates of statuses", worker);
      }
      requests.ifPresent(RequestCounts::clear);
      figures.processor("at rest", worker, () -> Thread.sleep(values.get(IDLE)));
      requests.ifPresent(counts -> figures.requests("at rest", counts));
      figures.memory("at rest", worker);
    }
    rig.healthy().forget();
    try (Child worker = rig.worker(options, "--resync-interval=" + RESYNC.toSeconds() + "s")) {
      rig.healthy().await(applications, LIMIT);
      rig.healthy().forget();
      requests.ifPresent(RequestCounts::clear);
      figures.processor(
          "with a resync every " + RESYNC.toSeconds() + " s",
          worker,
          () -> Thread.sleep(RESYNC.multipliedBy(3)));
      requests.ifPresent(counts -> figures.requests("with resyncs", counts));
      figures.add("results during resyncs", rig.healthy().results());
    }
  }
}
