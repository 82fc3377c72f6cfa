package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Blast radius of faults: times a commit to healthy applications right after a fault was injected
 * into another application, and right after a harmless change of it, alternately.
 */
final class BlastRadiusBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of healthy applications", 1, 10_000).or("49");
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "rounds per fault", 1, 100).or("5");
  private static final Setting<List<String>> ONLY =
      Setting.<List<String>>of(
              "only",
              "FAULT,FAULT,...",
              "faults to inject (default: all)",
              text -> List.of(text.split(",")))
          .or("all");
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "kubeconfig of a real cluster (default: a simulated one)")
          .optional();
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("blast-radius.json");

  private BlastRadiusBenchmark() {}

  /**
   * Figures of one fault.
   *
   * @param harmless median milliseconds of a commit to the healthy applications after a harmless
   *     change; infinite if one was not applied
   * @param faulty median milliseconds after the fault
   * @param damage other damage by the fault
   */
  record Row(String fault, double harmless, double faulty, double ratio, List<String> damage) {

    @Override
    public String toString() {
      return "%-24s %10.0f %10.0f %8.2f  %s"
          .formatted(fault, harmless, faulty, ratio, damage.isEmpty() ? "-" : damage);
    }
  }

  static Command command() {
    return new Command(
        "blast-radius",
        "Times a commit to healthy applications while another application is faulty, and without"
            + " the fault.",
        List.of(APPLICATIONS, ROUNDS, ONLY, KUBECONFIG, OUTPUT),
        BlastRadiusBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path log = Files.createTempFile("sluice-benchmark", ".log");
    Logging.toFile(log);
    System.out.println(
        "Milliseconds from the webhook until %d applications are changed, medians of %d rounds; log: %s"
            .formatted(values.get(APPLICATIONS), values.get(ROUNDS), log));
    System.out.println(
        "%-24s %10s %10s %8s  %s".formatted("fault", "without", "with", "ratio", "damage"));
    List<Row> rows = new ArrayList<>();
    Path directory = Files.createTempDirectory("sluice-benchmark");
    try (BlastRadiusRig rig =
        BlastRadiusRig.start(directory, values.get(APPLICATIONS), values.get(KUBECONFIG))) {
      for (int i = 0; i < 5; i++) {
        var unused = rig.commitHealthy(); // warm-up, not counted
      }
      for (Fault fault : Faults.all()) {
        if (values.get(ONLY).equals(List.of("all")) || values.get(ONLY).contains(fault.name())) {
          Row row = measure(rig, fault, values.get(ROUNDS));
          System.out.println(row);
          rows.add(row);
        }
      }
    }
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), rows);
    return rows.stream().allMatch(row -> row.damage().isEmpty()) ? 0 : 1;
  }

  private static Row measure(BlastRadiusRig rig, Fault fault, int rounds) throws Exception {
    List<Double> harmless = new ArrayList<>();
    List<Double> faulty = new ArrayList<>();
    List<String> damage = new ArrayList<>();
    for (int round = 0; round < rounds && damage.isEmpty(); round++) {
      rig.pushHarmless();
      harmless.add(rig.commitHealthy().orElse(Double.POSITIVE_INFINITY));
      fault.inject(rig);
      Optional<Double> time = rig.commitHealthy();
      faulty.add(time.orElse(Double.POSITIVE_INFINITY));
      if (time.isEmpty()) {
        damage.add("healthy applications were not applied within two minutes");
      }
      fault.undo(rig);
      if (!rig.recover()) {
        damage.add("the faulty application did not recover");
      }
      fault.damage(rig).ifPresent(damage::add);
    }
    double without = Sample.of(harmless).median();
    double with = Sample.of(faulty).median();
    return new Row(fault.name(), without, with, with / without, damage);
  }
}
