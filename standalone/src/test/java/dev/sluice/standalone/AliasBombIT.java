package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker with a small heap, and manifests that are meant to fill it. */
@Tag("kubernetes")
class AliasBombIT {

  private static final List<String> SMALL_HEAP = List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError");
  private static final Set<String> WORKER_SETTINGS =
      Set.of(
          "installation",
          "system-namespace",
          "lease-duration",
          "lease-renew-deadline",
          "lease-retry-period");

  @Test
  void manifestsThatExpandToMuchParkTheirApplicationsOnceAndOthersAreApplied(
      @TempDir Path directory) throws Exception {
    Map<String, String> bombs =
        Map.of(
            "lists",
            bomb(6, "[1, 2]", "[%s]"),
            "merges",
            bomb(30, "{a: lol}", "{<<: [%s], b: c}"),
            "quoted",
            "data: {a: \"" + "x".repeat(5_000_000) + "\"}\n",
            "depth",
            "data: " + "[".repeat(40_000) + "\n");
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      Map<String, String> files = new HashMap<>();
      scenario.application("good", "good", scenario.namespace(), STAGING);
      files.put("good/configmap.yaml", configMap("good", "one"));
      for (Map.Entry<String, String> bomb : bombs.entrySet()) {
        scenario.application(bomb.getKey(), bomb.getKey(), scenario.namespace(), STAGING);
        files.put(
            bomb.getKey() + "/bomb.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n" + bomb.getValue());
      }
      scenario.commit(files);
      try (OneProcess sluice = scenario.startWithoutWorkers();
          SluiceProcess worker = worker(scenario, directory)) {
        awaitValue(scenario, "one");
        patiently().untilAsserted(() -> assertThat(parked(scenario)).isEqualTo(bombs.keySet()));

        CommitId two = scenario.commit(Map.of("good/configmap.yaml", configMap("good", "two")));
        assertThat(scenario.webhook(sluice.webhookPort(), two)).isEqualTo(202);

        awaitValue(scenario, "two");
        // the slow timer of a second would have tried all of them by now
        await()
            .during(Duration.ofSeconds(3))
            .atMost(Duration.ofSeconds(20))
            .until(() -> letters(scenario).size() == bombs.size());
        assertThat(letters(scenario))
            .allSatisfy(
                letter ->
                    assertThat(letter)
                        .isInstanceOfSatisfying(
                            DeadLetterEvent.Opened.class,
                            opened -> assertThat(opened.failure().code()).isEqualTo("TooLarge")));
        assertThat(worker.isAlive()).isTrue();
        scenario.verify();
      }
    }
  }

  /** Six levels are three million values, which no limit of depth or of text refuses. */
  private static String bomb(int levels, String first, String level) {
    StringBuilder text = new StringBuilder("l0: &l0 " + first + "\n");
    for (int i = 1; i <= levels; i++) {
      String references = "*l%d, ".formatted(i - 1).repeat(10);
      text.append("l%d: &l%d ".formatted(i, i)).append(level.formatted(references)).append('\n');
    }
    return text.toString();
  }

  private static SluiceProcess worker(Scenario scenario, Path directory) throws IOException {
    List<String> command = new ArrayList<>(List.of("worker", "--cluster", STAGING.value()));
    command.addAll(
        List.of(
            "--slow-timer", "1s",
            "--kafka", scenario.kafka().bootstrapServers(),
            "--topic-prefix", scenario.kafka().topics().prefix()));
    scenario
        .settings()
        .forEach(
            (name, value) -> {
              if (WORKER_SETTINGS.contains(name)) {
                command.addAll(List.of("--" + name, value));
              }
            });
    command.addAll(scenario.access(STAGING));
    return SluiceProcess.start(
        directory.resolve("worker.log"), Map.of(), SMALL_HEAP, command.toArray(String[]::new));
  }

  private static List<DeadLetterEvent> letters(Scenario scenario) {
    return scenario.read(scenario.kafka().topics().deadLetters(), DeadLetterEvent.class);
  }

  private static Set<String> parked(Scenario scenario) {
    return letters(scenario).stream()
        .map(DeadLetterEvent::key)
        .map(key -> key.substring(key.indexOf('/') + 1))
        .collect(Collectors.toSet());
  }

  private static void awaitValue(Scenario scenario, String value) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(scenario.value(STAGING, scenario.namespace(), "good", "value"))
                    .contains(value));
  }
}
