package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Applications rendered per second, one after another: for the first time, from the cache, and by
 * the renderer itself called in a shell loop, in the same round.
 */
final class RenderingBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications of each kind", 1, 10_000).or("50");
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "number of rounds, after one for warm-up", 1, 100).or("5");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("rendering.json");

  private static final int WARM_REPETITIONS = 200;
  private static final ClusterFacts CLUSTER =
      new ClusterFacts("v1.32.0", new TreeSet<>(List.of("apps/v1")));

  private RenderingBenchmark() {}

  /**
   * Figures of one kind in applications per second: medians over the rounds.
   *
   * @param bare figure of the renderer itself; empty if no program renders this kind here
   */
  record Report(
      String kind,
      String renderer,
      int applications,
      int rounds,
      Optional<Double> bare,
      double cold,
      double warm) {

    String row() {
      return "%-10s %10s %10.1f %10s %12.0f %10.0f  %s"
          .formatted(
              kind,
              bare.map("%.1f"::formatted).orElse("-"),
              cold,
              bare.map(floor -> "%.0f %%".formatted(100 * cold / floor)).orElse("-"),
              warm,
              warm / cold,
              renderer);
    }
  }

  /** Action to time. */
  @FunctionalInterface
  private interface Step {
    void run() throws RenderException, IOException, InterruptedException;
  }

  static Command command() {
    return new Command(
        "rendering",
        "Counts renderings per second: cold, from the cache, and by the renderer itself.",
        List.of(APPLICATIONS, ROUNDS, RenderConfig.ISOLATION, OUTPUT),
        RenderingBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    System.out.println("Applications per second, one after another; medians over the rounds.");
    System.out.printf(
        "%-10s %10s %10s %10s %12s %10s  %s%n",
        "kind", "bare", "cold", "cold/bare", "warm", "warm/cold", "renderer");
    RenderConfig config =
        values
            .get(RenderConfig.ISOLATION)
            .map(RenderConfig.DEFAULT::with)
            .orElse(RenderConfig.DEFAULT);
    List<Report> reports = new ArrayList<>();
    for (RenderingKind kind : RenderingKind.values()) {
      Report report = measure(kind, values.get(APPLICATIONS), values.get(ROUNDS), config);
      System.out.println(report.row());
      reports.add(report);
    }
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), reports);
    return 0;
  }

  private static Report measure(
      RenderingKind kind, int applications, int rounds, RenderConfig config)
      throws RenderException, IOException, InterruptedException {
    List<SyncEvent.Target> targets =
        IntStream.range(0, applications).mapToObj(kind::target).toList();
    Renderers here = Renderers.onThisMachine(config);
    String renderer = here.render(targets.getFirst(), () -> CLUSTER).renderer();
    Optional<BareRenderer> floor = BareRenderer.of(kind, Optional.of(renderer), applications);
    List<Double> bare = new ArrayList<>();
    List<Double> cold = new ArrayList<>();
    List<Double> warm = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      Renderers renderers = here.withEmptyCache();
      double bareSeconds =
          floor.isPresent() ? seconds(() -> floor.orElseThrow().renderAll()) : Double.NaN;
      double coldSeconds = seconds(() -> renderAll(renderers, targets));
      double warmSeconds =
          seconds(
              () -> {
                for (int i = 0; i < WARM_REPETITIONS; i++) {
                  renderAll(renderers, targets);
                }
              });
      if (round > 0) { // the first round warms up the JVM and the page cache
        bare.add(applications / bareSeconds);
        cold.add(applications / coldSeconds);
        warm.add(applications * WARM_REPETITIONS / warmSeconds);
      }
    }
    return new Report(
        kind.name().toLowerCase(Locale.ROOT),
        renderer,
        applications,
        rounds,
        floor.map(_ -> Sample.of(bare).median()),
        Sample.of(cold).median(),
        Sample.of(warm).median());
  }

  private static void renderAll(Renderers renderers, List<SyncEvent.Target> targets)
      throws RenderException, InterruptedException {
    for (SyncEvent.Target target : targets) {
      renderers.render(target, () -> CLUSTER);
    }
  }

  private static double seconds(Step step)
      throws RenderException, IOException, InterruptedException {
    long from = System.nanoTime();
    step.run();
    return (System.nanoTime() - from) / 1e9;
  }
}
