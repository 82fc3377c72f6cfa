package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice up} while nothing happens. */
class AtRestIT {

  /** Linux keeps the first 15 characters of a thread's name. */
  private static final Pattern OWN_THREADS =
      Pattern.compile(
          "(changes|fleet-intake|partition|read-model|heartbeats|sync-log|commit-worker|leader|"
              + "dispatcher-time|health-reports).*");

  private static final Duration SETTLED = Duration.ofSeconds(20);
  private static final Duration QUIET = Duration.ofSeconds(30);

  /**
   * With a thread that looks for work ten times a second it would be more. docs/architecture.md
   * lists what runs without an event, with its intervals.
   */
  private static final long WAKE_UPS_IN_A_MINUTE = 1_700;

  @TempDir private Path directory;

  @Test
  void threadsRarelyWakeUp() throws Exception {
    assumeThat(Path.of("/proc/self/task")).isDirectory();
    int webhookPort = FreePort.find();
    KafkaConnection kafka =
        new KafkaConnection("127.0.0.1:" + FreePort.find(), Topics.DEFAULT, Map.of());
    try (Scenario scenario = Scenario.over(kafka, directory, STAGING);
        SluiceProcess up = start(scenario, kafka, webhookPort)) {
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      var commit = scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      patiently().ignoreExceptions().until(() -> scenario.webhook(webhookPort, commit) == 202);
      patiently().until(() -> scenario.configMaps().countWithValue("one") == 1);
      Thread.sleep(SETTLED);

      Map<String, Long> before = wakeUps(up.pid());
      Thread.sleep(QUIET);
      Map<String, Long> during = wakeUps(up.pid());
      during.replaceAll((thread, count) -> count - before.getOrDefault(thread, 0L));

      assertThat(during).hasSizeGreaterThan(12);
      long all = during.values().stream().mapToLong(Long::longValue).sum();
      assertThat(all * Duration.ofMinutes(1).dividedBy(QUIET))
          .as(during.toString())
          .isLessThan(WAKE_UPS_IN_A_MINUTE);
    }
  }

  /** Returns how often each of our threads has begun to run after a wait. */
  private static Map<String, Long> wakeUps(long pid) throws IOException {
    Map<String, Long> wakeUps = new TreeMap<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/%d/task".formatted(pid)))) {
      for (Path thread : threads.toList()) {
        String name = Files.readString(thread.resolve("comm")).strip();
        if (OWN_THREADS.matcher(name).matches()) {
          wakeUps.put(name + " " + thread.getFileName(), wakeUps(thread));
        }
      }
    }
    return wakeUps;
  }

  private static long wakeUps(Path thread) throws IOException {
    return Files.readAllLines(thread.resolve("status")).stream()
        .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  private SluiceProcess start(Scenario scenario, KafkaConnection kafka, int webhookPort)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("up"));
    scenario.settings().forEach((name, value) -> arguments.addAll(List.of("--" + name, value)));
    arguments.addAll(List.of("--webhook-port", Integer.toString(webhookPort)));
    arguments.addAll(List.of("--kafka-port", kafka.bootstrapServers().replaceFirst(".*:", "")));
    arguments.addAll(List.of("--data", directory.resolve("data").toString()));
    arguments.addAll(scenario.access(STAGING));
    return SluiceProcess.start(
        directory.resolve("up.log"), Map.of(), arguments.toArray(String[]::new));
  }
}
