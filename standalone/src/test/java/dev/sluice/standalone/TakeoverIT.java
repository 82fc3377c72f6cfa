package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker stopped with SIGSTOP in the middle of its work, another that takes over, and its return.
 */
@Tag("kubernetes")
class TakeoverIT {

  private static final int APPLICATIONS = 30;
  private static final Set<String> WORKER_SETTINGS =
      Set.of(
          "installation",
          "system-namespace",
          "lease-duration",
          "lease-renew-deadline",
          "lease-retry-period");

  @Test
  void theStoppedWorkerPutsNothingOlderOverNewerWhenItResumes(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      for (int i = 0; i < APPLICATIONS; i++) {
        scenario.application("app-" + i, "app-" + i, namespace, STAGING);
      }
      scenario.commit(Scenario.applications(APPLICATIONS, "one"));
      try (OneProcess sluice = scenario.startWithoutWorkers();
          SluiceProcess first = worker(scenario, directory, "first")) {
        patiently().until(() -> scenario.withValue("one") == APPLICATIONS);
        try (SluiceProcess second = worker(scenario, directory, "second")) {
          CommitId two = scenario.commit(Scenario.applications(APPLICATIONS, "two"));
          assertThat(scenario.webhook(sluice.webhookPort(), two)).isEqualTo(202);
          patiently().until(() -> scenario.withValue("two") >= 2);
          first.freeze();

          CommitId three = scenario.commit(Scenario.applications(APPLICATIONS, "three"));
          assertThat(scenario.webhook(sluice.webhookPort(), three)).isEqualTo(202);
          patiently().until(() -> scenario.withValue("three") == APPLICATIONS);
          first.thaw();

          await()
              .during(Duration.ofSeconds(4))
              .atMost(Duration.ofSeconds(10))
              .until(() -> scenario.withValue("three") == APPLICATIONS);
          scenario.verify();
          assertThat(leaders(scenario)).containsSubsequence("first", "second");
          assertThat(second.isAlive()).isTrue();
        }
      }
    }
  }

  private static SluiceProcess worker(Scenario scenario, Path directory, String identity)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("worker", "--cluster", STAGING.value(), "--identity", identity));
    command.addAll(
        List.of(
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
        directory.resolve(identity + ".log"), Map.of(), command.toArray(String[]::new));
  }

  private static List<String> leaders(Scenario scenario) {
    return scenario
        .read(scenario.kafka().topics().results(), ResultEvent.WorkerHello.class)
        .stream()
        .map(ResultEvent.WorkerHello::worker)
        .toList();
  }
}
