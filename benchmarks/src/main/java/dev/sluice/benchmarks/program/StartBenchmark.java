package dev.sluice.benchmarks.program;

import dev.sluice.benchmarks.live.SampleApplications;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.process.FreePort;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long the program takes to start, and how much processor time. */
public final class StartBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications of 4 objects", 1, 100_000).or("10");
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "number of rounds", 1, 100).or("5");

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration SETTLE = Duration.ofSeconds(5);

  private final Map<String, List<Double>> seconds = new LinkedHashMap<>();

  private StartBenchmark() {}

  public static Command command() {
    return new Command(
        "start",
        "Measures how long 'sluice up', 'sluice demo', a worker and the client take to start.",
        List.of(ProgramRig.LAUNCHER, APPLICATIONS, ROUNDS, ProgramRig.KUBECONFIG),
        values -> new StartBenchmark().run(values));
  }

  private int run(SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    Logging.toFile(directory.resolve("benchmark.log"));
    System.out.println("Logs: " + directory);
    for (int round = 0; round < values.get(ROUNDS); round++) {
      round(values, directory.resolve("round-" + round));
    }
    System.out.printf("%n%-58s %8s   %s%n", "", "median", "range");
    seconds.forEach(
        (name, measured) -> {
          Sample sample = Sample.of(measured);
          System.out.printf(
              "%-58s %8.2f   %.2f-%.2f%n", name, sample.median(), sample.least(), sample.most());
        });
    return 0;
  }

  private void round(SettingValues values, Path directory) throws Exception {
    Path launcher = values.get(ProgramRig.LAUNCHER).toAbsolutePath();
    int applications = values.get(APPLICATIONS);
    try (ProgramRig rig =
        ProgramRig.create(launcher, directory, applications, values.get(ProgramRig.KUBECONFIG))) {
      int port = FreePort.find();
      try (Program up = rig.up(port)) {
        add("up, new: ready for webhooks", up.awaitLine("^sluice is up", LIMIT));
        add("up, new: ready, processor", up.cpu());
        rig.awaitObjects(applications, LIMIT);
        add("up, new: all objects applied", up.sinceStart());
        add("up, new: all objects applied, processor", up.cpu());
        for (String commit : List.of("first", "second", "third")) {
          add("up, new: %s commit, webhook to change".formatted(commit), commit(rig, commit));
        }
        up.awaitLine("the read model has caught up", LIMIT);
        Thread.sleep(SETTLE);
        client(rig, "sluice status", List.of(launcher.toString(), "status", server(port)));
        client(rig, "sluice get apps", List.of(launcher.toString(), "get", "apps", server(port)));
      }
      try (Program again = rig.up(port)) {
        add("up, again: ready for webhooks", again.awaitLine("^sluice is up", LIMIT));
        add("up, again: its worker leads", again.awaitLine("leading: ", LIMIT));
        add("up, again: its worker leads, processor", again.cpu());
      }
      separateWorker(rig);
    }
    demo(launcher, directory);
    try {
      client(directory, "kubectl version --client", List.of("kubectl", "version", "--client"));
    } catch (IOException e) {
      System.out.println("kubectl is not on the PATH");
    }
  }

  /** Changes the objects of an application, and returns the time from the webhook to the last. */
  private static Duration commit(ProgramRig rig, String revision) throws Exception {
    try (RevisionWatch watch = new RevisionWatch(rig.client(), rig.namespace())) {
      List<String> commits = rig.revise(1, revision);
      long begun = System.nanoTime();
      rig.announce(commits);
      watch.await(revision, SampleApplications.OBJECTS, LIMIT);
      return Duration.ofNanos(System.nanoTime() - begun);
    }
  }

  private void separateWorker(ProgramRig rig) throws Exception {
    int port = FreePort.find();
    String kafka = "--kafka=127.0.0.1:" + port;
    try (Program broker =
        rig.start(
            "broker",
            List.of("--kafka-port=" + port, "--data=" + rig.directory().resolve("broker")))) {
      broker.awaitLine("broker", LIMIT);
      List<String> dispatcher = new ArrayList<>(rig.dispatcher());
      dispatcher.add(kafka);
      try (Program sends = rig.start("dispatcher", dispatcher)) {
        sends.awaitLine("fleet revision accepted", LIMIT);
        List<String> worker = new ArrayList<>(rig.clusterAccess());
        worker.addAll(List.of(kafka, "--cluster=" + rig.cluster()));
        try (Program leads = rig.start("worker", worker)) {
          add("worker: leads", leads.awaitLine("leading: ", LIMIT));
          add("worker: leads, processor", leads.cpu());
        }
      }
    }
  }

  private void demo(Path launcher, Path directory) throws Exception {
    List<String> command =
        List.of(
            launcher.toString(),
            "demo",
            "--data=" + directory.resolve("demo"),
            "--webhook-port=0",
            "--api-port=0",
            "--kafka-port=0");
    try (Program demo = Program.start(directory.resolve("demo.log"), command)) {
      add("demo: ready", demo.awaitLine("^Sluice is up", LIMIT));
      add("demo: ready, processor", demo.cpu());
    }
  }

  private void client(ProgramRig rig, String name, List<String> command) throws Exception {
    client(rig.directory(), name, command);
  }

  private void client(Path directory, String name, List<String> command) throws Exception {
    double before = processorOfEndedProcesses();
    try (Program client = Program.start(directory.resolve("client.log"), command)) {
      add(name, client.awaitEnd());
    }
    add(name + ", processor", processorOfEndedProcesses() - before);
  }

  private static String server(int port) {
    return "--server=http://127.0.0.1:" + port;
  }

  /** Returns the processor time of the processes that this one has started and that have ended. */
  private static double processorOfEndedProcesses() throws IOException {
    List<String> fields = ThreadTimes.fields(Files.readString(Path.of("/proc/self/stat")));
    return (Long.parseLong(fields.get(13)) + Long.parseLong(fields.get(14)))
        / ThreadTimes.TICKS_PER_SECOND;
  }

  private void add(String name, Duration measured) {
    add(name, measured.toNanos() / 1e9);
  }

  private void add(String name, double measured) {
    seconds.computeIfAbsent(name, _ -> new ArrayList<>()).add(measured);
    System.out.printf("%-58s %8.2f s%n", name, measured);
  }
}
