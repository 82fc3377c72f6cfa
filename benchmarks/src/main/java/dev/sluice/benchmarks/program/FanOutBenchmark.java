package dev.sluice.benchmarks.program;

import dev.sluice.benchmarks.live.RawApi;
import dev.sluice.benchmarks.live.SampleApplications;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.process.FreePort;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * The time of a commit that changes all objects of many applications, from the webhook until
 * watches report the last one, compared with the same applies by a client that does nothing else,
 * as many at once.
 */
public final class FanOutBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications of 4 objects", 1, 100_000).or("1000");
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "commits, each followed by the bare applies", 1, 100).or("4");

  /** As many as the worker applies at once. */
  private static final int AT_ONCE = 16;

  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final Duration SETTLE = Duration.ofSeconds(10);
  private static final String BARE = "bare-";

  private final ProgramRig rig;
  private final int applications;

  private FanOutBenchmark(ProgramRig rig, int applications) {
    this.rig = rig;
    this.applications = applications;
  }

  public static Command command() {
    return new Command(
        "fanout",
        "Times a commit that changes all objects of many applications, and the same applies alone.",
        List.of(ProgramRig.LAUNCHER, APPLICATIONS, ROUNDS, ProgramRig.KUBECONFIG),
        FanOutBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    Logging.toFile(directory.resolve("benchmark.log"));
    System.out.println("Logs: " + directory);
    int applications = values.get(APPLICATIONS);
    try (ProgramRig rig =
            ProgramRig.create(
                values.get(ProgramRig.LAUNCHER).toAbsolutePath(),
                directory,
                applications,
                values.get(ProgramRig.KUBECONFIG));
        Program up = rig.up(FreePort.find());
        RevisionWatch watch = new RevisionWatch(rig.client(), rig.namespace())) {
      rig.awaitObjects(applications, LIMIT);
      FanOutBenchmark benchmark = new FanOutBenchmark(rig, applications);
      benchmark.apply("0");
      Thread.sleep(SETTLE);
      System.out.println("round   bare s   applies/s   commit s   applies/s   ratio   processor s");
      for (int round = 1; round <= values.get(ROUNDS); round++) {
        benchmark.round(round, up, watch);
      }
      System.out.println("up: " + up.memory());
    }
    return 0;
  }

  private void round(int round, Program up, RevisionWatch watch) throws Exception {
    int objects = applications * SampleApplications.OBJECTS;
    double bare = apply("bare " + round);
    List<String> commits = rig.revise(applications, "commit " + round);
    Duration before = up.cpu();
    long begun = System.nanoTime();
    rig.announce(commits);
    watch.await("commit " + round, objects, LIMIT);
    double commit = (System.nanoTime() - begun) / 1e9;
    double processor = up.cpu().minus(before).toMillis() / 1e3;
    System.out.printf(
        "%5d   %6.1f   %9.0f   %8.1f   %9.0f   %5.2f   %11.1f%n",
        round, bare, objects / bare, commit, objects / commit, bare / commit, processor);
    Thread.sleep(SETTLE);
  }

  /** Applies all objects of other applications, and returns the seconds. */
  private double apply(String revision) throws Exception {
    RawApi api = new RawApi(rig.client());
    Semaphore free = new Semaphore(AT_ONCE);
    long begun = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < applications; i++) {
        String name = BARE + SampleApplications.name(i);
        all.add(
            threads.submit(
                () -> {
                  free.acquire();
                  try {
                    apply(api, name, SampleApplications.revised(name, 1, revision));
                    return null;
                  } finally {
                    free.release();
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Applies the objects of an application in the order in which the worker does. */
  private void apply(RawApi api, String name, List<String> manifests) throws Exception {
    String core = "/api/v1/namespaces/%s/".formatted(rig.namespace());
    String apps = "/apis/apps/v1/namespaces/%s/".formatted(rig.namespace());
    api.apply(core + "serviceaccounts/" + name, manifests.get(3)).get();
    api.apply(core + "configmaps/" + name, manifests.get(2)).get();
    api.apply(core + "services/" + name, manifests.get(1)).get();
    api.apply(apps + "deployments/" + name, manifests.get(0)).get();
  }
}
