package dev.sluice.benchmarks.live;

import com.fasterxml.jackson.databind.SerializationFeature;
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
 * The time from a change or deletion by somebody else until the worker has put the object back, as
 * a multiple of the least that is possible: a watch shows the change, and one call puts it back.
 */
public final class HealingBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications, each healed twice", 2, 10_000)
          .or("200");
  private static final Setting<Integer> WARM_UP =
      Setting.integer("warm-up", "applications whose heals are not counted", 0, 10_000).or("40");
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "kubeconfig of a real cluster (default: a simulated one)")
          .optional();
  private static final Setting<String> JAVA_OPTIONS =
      Setting.text("java-options", "OPTIONS", "JVM options of the worker").or("-Xmx128m");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("healing.json");

  private HealingBenchmark() {}

  public static Command command() {
    return new Command(
        "healing",
        "Times change of a live object to healed, as a multiple of watch latency and one apply.",
        List.of(APPLICATIONS, WARM_UP, KUBECONFIG, JAVA_OPTIONS, OUTPUT),
        HealingBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    Logging.toFile(directory.resolve("benchmark.log"));
    System.out.println("Logs: " + directory);
    int applications = values.get(APPLICATIONS);
    Map<String, HealTimes.Figures> figures = new TreeMap<>();
    try (WorkerRig rig = WorkerRig.start(directory, values.get(KUBECONFIG));
        ChangeWatch watch = new ChangeWatch(rig.client(), rig.namespace())) {
      rig.send(applications, 0);
      var unused = rig.worker(values.get(JAVA_OPTIONS));
      rig.healthy().await(applications, Duration.ofMinutes(5));
      Heals heals = new Heals(new RawApi(rig.client()), watch, rig.namespace());
      figures.put("change", heals.ofChanges(applications).after(values.get(WARM_UP)));
      figures.put("delete", heals.ofDeletions(applications).after(values.get(WARM_UP)));
    }
    System.out.println(HealTimes.Figures.HEADER);
    figures.forEach((cause, each) -> System.out.println(each.row(cause)));
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), figures);
    return 0;
  }
}
