package dev.sluice.benchmarks.program;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.process.FreePort;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Processor time, wake-ups and memory of programs that have nothing to do. */
public final class IdleBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications of 4 objects", 1, 100_000).or("100");
  private static final Setting<Boolean> SEPARATE =
      Setting.flag("separate", "each part in a process of its own instead of 'sluice up'");
  private static final Setting<Duration> SETTLE =
      Setting.duration("settle", "how long the programs run before they are measured").or("3m");
  private static final Setting<Duration> IDLE =
      Setting.duration("idle", "how long they are measured").or("3m");

  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final int SHOWN_THREADS = 12;

  private IdleBenchmark() {}

  public static Command command() {
    return new Command(
        "idle",
        "Measures processor time, wake-ups and memory of programs that have nothing to do.",
        List.of(ProgramRig.LAUNCHER, APPLICATIONS, SEPARATE, SETTLE, IDLE, ProgramRig.KUBECONFIG),
        IdleBenchmark::run);
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
            values.get(ProgramRig.KUBECONFIG))) {
      Map<String, Program> programs =
          values.get(SEPARATE) ? separate(rig) : Map.of("up", rig.up(FreePort.find()));
      rig.awaitObjects(applications, LIMIT);
      Thread.sleep(values.get(SETTLE));
      measure(programs, values.get(IDLE));
    }
    return 0;
  }

  private static Map<String, Program> separate(ProgramRig rig) throws Exception {
    int port = FreePort.find();
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put(
        "broker",
        rig.start(
            "broker",
            List.of("--kafka-port=" + port, "--data=" + rig.directory().resolve("broker"))));
    programs.get("broker").awaitLine("broker", LIMIT);
    programs.put("dispatcher", rig.start("dispatcher", with(port, rig.dispatcher())));
    programs.put("api", rig.start("api", with(port, rig.api(0))));
    programs.put("receiver", rig.start("receiver", with(port, rig.receiver())));
    List<String> worker = new ArrayList<>(rig.clusterAccess());
    worker.add("--cluster=" + rig.cluster());
    programs.put("worker", rig.start("worker", with(port, worker)));
    return programs;
  }

  private static List<String> with(int kafkaPort, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--kafka=127.0.0.1:" + kafkaPort);
    return all;
  }

  private static void measure(Map<String, Program> programs, Duration time) throws Exception {
    Map<String, ThreadTimes> before = new LinkedHashMap<>();
    Map<String, Duration> cpu = new LinkedHashMap<>();
    for (Map.Entry<String, Program> program : programs.entrySet()) {
      before.put(program.getKey(), ThreadTimes.of(program.getValue().pid()));
      cpu.put(program.getKey(), program.getValue().cpu());
    }
    long begun = System.nanoTime();
    Thread.sleep(time);
    double minutes = (System.nanoTime() - begun) / 60e9;
    for (Map.Entry<String, Program> program : programs.entrySet()) {
      double used = program.getValue().cpu().minus(cpu.get(program.getKey())).toNanos() / 1e9;
      System.out.printf(
          "%n%s: %.2f s of processor time a minute; %s%n",
          program.getKey(), used / minutes, program.getValue().memory());
      List<Map.Entry<String, ThreadTimes.Times>> threads =
          ThreadTimes.of(program.getValue().pid()).since(before.get(program.getKey()));
      System.out.printf("  %-20s %10s %12s%n", "threads", "s a minute", "wake-ups/min");
      threads.stream()
          .limit(SHOWN_THREADS)
          .forEach(
              thread ->
                  System.out.printf(
                      "  %-20s %10.2f %12.0f%n",
                      thread.getKey(),
                      thread.getValue().cpu() / minutes,
                      thread.getValue().wakeUps() / minutes));
    }
  }
}
