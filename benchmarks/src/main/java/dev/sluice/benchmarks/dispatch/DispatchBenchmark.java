package dev.sluice.benchmarks.dispatch;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.ManyApplications;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.json.Json;
import dev.sluice.dispatcher.Dispatcher;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A dispatcher alone, with a broker in the same process: the time from a record in {@code changes}
 * to the target of one of many applications, as a multiple of that of few; and the times of a start
 * and of a take-over with many.
 */
public final class DispatchBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of kustomizations, with five files each", 1, 100_000)
          .or("10000");
  private static final Setting<Integer> FEW =
      Setting.integer("few", "number of applications to compare with", 1, 100_000).or("100");
  private static final Setting<Integer> PUSHES =
      Setting.integer("pushes", "number of pushes, of one file each", 5, 10_000).or("50");
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "number of starts and of take-overs", 1, 100).or("5");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("dispatch.json");

  private static final int WARM_UP = 10;
  private static final String ONE = "mirrors-one";
  private static final String OTHER = "mirrors-other";

  private final DispatchRig rig;
  private final int applications;
  private int pushes;

  private DispatchBenchmark(DispatchRig rig, int applications) {
    this.rig = rig;
    this.applications = applications;
  }

  /**
   * Figures of a number of applications.
   *
   * @param pushMedian milliseconds from the record in changes to the target
   * @param firstSeconds from the start of the first dispatcher to the last target
   * @param startSeconds from a start with the mirror of an earlier one to the target of a push that
   *     came before
   * @param takeOverSeconds from the stop of a dispatcher to the target of a push that came then, by
   *     one that ran beside it, with a mirror of its own
   */
  record Figures(
      int applications,
      int files,
      double pushMedian,
      double pushP99,
      double firstSeconds,
      double startSeconds,
      double takeOverSeconds) {}

  record Report(Figures few, Figures many, double ratio) {}

  public static Command command() {
    return new Command(
        "dispatch",
        "Times a push to one of many applications until its target is sent, compared with few, and"
            + " starts and take-overs of a dispatcher.",
        List.of(APPLICATIONS, FEW, PUSHES, ROUNDS, OUTPUT),
        DispatchBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path log = Files.createTempFile("sluice-benchmark", ".log");
    Logging.toFile(log);
    System.out.println("Log: " + log);
    System.out.printf(
        "%12s %8s %10s %10s %10s %10s %12s%n",
        "applications", "files", "push ms", "p99 ms", "first s", "start s", "take-over s");
    Figures few = measure(values.get(FEW), values);
    Figures many = measure(values.get(APPLICATIONS), values);
    Report report = new Report(few, many, many.pushMedian() / few.pushMedian());
    System.out.printf("a push to one of many takes %.2f times as long%n", report.ratio());
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), report);
    return 0;
  }

  private static Figures measure(int applications, SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    try (DispatchRig rig = DispatchRig.create(directory, applications, 1, 0)) {
      Figures figures = new DispatchBenchmark(rig, applications).measure(values);
      System.out.printf(
          "%12d %8d %10.1f %10.1f %10.2f %10.2f %12.2f%n",
          figures.applications(),
          figures.files(),
          figures.pushMedian(),
          figures.pushP99(),
          figures.firstSeconds(),
          figures.startSeconds(),
          figures.takeOverSeconds());
      return figures;
    }
  }

  private Figures measure(SettingValues values) throws Exception {
    List<Double> times = new ArrayList<>();
    double first;
    long begun = System.nanoTime();
    try (Dispatcher _ = rig.start(ONE);
        TargetWatch watch = rig.watch()) {
      var unused = watch.await(rig.targets(), DispatchRig.LIMIT);
      first = secondsSince(begun);
      for (int i = 0; i < WARM_UP + values.get(PUSHES); i++) {
        long pushed = push();
        unused = watch.await(1, DispatchRig.LIMIT);
        if (i >= WARM_UP) {
          times.add(secondsSince(pushed) * 1_000);
        }
      }
    }
    var unused = start(OTHER); // which fetches its mirror
    List<Double> starts = new ArrayList<>();
    List<Double> takeOvers = new ArrayList<>();
    for (int round = 0; round < values.get(ROUNDS); round++) {
      starts.add(start(ONE));
      takeOvers.add(takeOver());
    }
    return new Figures(
        applications,
        applications * ManyApplications.FILES,
        Sample.of(times).median(),
        Sample.of(times).percentile(99),
        first,
        Sample.of(starts).median(),
        Sample.of(takeOvers).median());
  }

  /** Returns the seconds from a start to the target of a push that came before. */
  private double start(String mirrors) throws Exception {
    try (TargetWatch watch = rig.watch()) {
      watch.skip();
      var unused = push();
      long begun = System.nanoTime();
      try (Dispatcher _ = rig.start(mirrors)) {
        var target = watch.await(1, DispatchRig.LIMIT);
        return secondsSince(begun) / target.size();
      }
    }
  }

  /** Returns the seconds from a stop to the target of a push that came then. */
  private double takeOver() throws Exception {
    Dispatcher first = rig.start(ONE);
    try (TargetWatch watch = rig.watch()) {
      DispatchRig.awaitReady(first);
      try (Dispatcher successor = rig.start(OTHER)) {
        DispatchRig.awaitReady(successor);
        watch.skip();
        long begun = System.nanoTime();
        first.close();
        var unused = push();
        var target = watch.await(1, DispatchRig.LIMIT);
        return secondsSince(begun) / target.size();
      }
    } finally {
      first.close();
    }
  }

  /** Pushes a change of one application, and returns when its record was about to be written. */
  private long push() throws Exception {
    var commit = rig.repository().change((int) (pushes++ * 7919L % applications));
    long begun = System.nanoTime();
    rig.announce(commit);
    return begun;
  }

  private static double secondsSince(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }
}
