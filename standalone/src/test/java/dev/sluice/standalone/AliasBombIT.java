package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker with a small heap, and manifests that expand to more than it. */
@Tag("kubernetes")
class AliasBombIT {

  private static final List<String> SMALL_HEAP = List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError");

  @Test
  void aliasBombsParkOnceAndOtherApplicationsAreApplied(@TempDir Path directory) throws Exception {
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
      scenario.fleet().application("good", "good", scenario.namespace(), STAGING);
      files.put("good/configmap.yaml", configMap("good", "one"));
      for (Map.Entry<String, String> bomb : bombs.entrySet()) {
        scenario.fleet().application(bomb.getKey(), bomb.getKey(), scenario.namespace(), STAGING);
        files.put(
            bomb.getKey() + "/bomb.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n" + bomb.getValue());
      }
      scenario.commit(files);
      try (OneProcess sluice = scenario.startWithoutWorkers();
          SluiceProcess worker =
              scenario.startWorkerProcess("worker", SMALL_HEAP, "--slow-timer", "1s")) {
        scenario.configMaps().awaitValue("good", "one");
        patiently().untilAsserted(() -> assertThat(parked(scenario)).isEqualTo(bombs.keySet()));

        scenario.push(sluice, Map.of("good/configmap.yaml", configMap("good", "two")));

        scenario.configMaps().awaitValue("good", "two");
        // the slow timer of one second would have retried all applications by now
        await()
            .during(Duration.ofSeconds(3))
            .atMost(Duration.ofSeconds(20))
            .until(() -> scenario.deadLetters().size() == bombs.size());
        assertThat(scenario.deadLetters())
            .allSatisfy(
                letter ->
                    assertThat(letter)
                        .isInstanceOfSatisfying(
                            DeadLetterEvent.Opened.class,
                            opened ->
                                assertThat(opened.failure().code())
                                    .isEqualTo(SourceFailure.TOO_LARGE)));
        assertThat(worker.isAlive()).isTrue();
        scenario.verify();
      }
    }
  }

  /** Returns a bomb; six levels are three million values, within limits of depth and text. */
  private static String bomb(int levels, String first, String level) {
    StringBuilder text = new StringBuilder("l0: &l0 " + first + "\n");
    for (int i = 1; i <= levels; i++) {
      String references = "*l%d, ".formatted(i - 1).repeat(10);
      text.append("l%d: &l%d ".formatted(i, i)).append(level.formatted(references)).append('\n');
    }
    return text.toString();
  }

  private static Set<String> parked(Scenario scenario) {
    return scenario.deadLetters().stream()
        .map(DeadLetterEvent::key)
        .map(key -> key.substring(key.indexOf('/') + 1))
        .collect(Collectors.toSet());
  }
}
