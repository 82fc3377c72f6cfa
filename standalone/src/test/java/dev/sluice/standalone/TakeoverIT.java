package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker that is stopped by SIGSTOP during a sync, a takeover by another worker, and its return.
 */
@Tag("kubernetes")
class TakeoverIT {

  private static final int APPLICATIONS = 30;
  private static final List<String> HEAP = List.of("-Xmx512m");

  @Test
  void aResumedWorkerDoesNotApplyOlderOverNewer(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      for (int i = 0; i < APPLICATIONS; i++) {
        scenario.fleet().application("app-" + i, "app-" + i, namespace, STAGING);
      }
      scenario.commit(Scenario.applications(APPLICATIONS, "one"));
      try (OneProcess sluice = scenario.startWithoutWorkers();
          SluiceProcess first = scenario.startWorkerProcess("first", HEAP, "--identity", "first")) {
        patiently().until(() -> scenario.configMaps().countWithValue("one") == APPLICATIONS);
        try (SluiceProcess second =
            scenario.startWorkerProcess("second", HEAP, "--identity", "second")) {
          scenario.push(sluice, Scenario.applications(APPLICATIONS, "two"));
          patiently().until(() -> scenario.configMaps().countWithValue("two") >= 2);
          first.freeze();

          scenario.push(sluice, Scenario.applications(APPLICATIONS, "three"));
          patiently().until(() -> scenario.configMaps().countWithValue("three") == APPLICATIONS);
          first.thaw();

          await()
              .during(Duration.ofSeconds(4))
              .atMost(Duration.ofSeconds(10))
              .until(() -> scenario.configMaps().countWithValue("three") == APPLICATIONS);
          scenario.verify();
          assertThat(leaders(scenario)).containsSubsequence("first", "second");
          assertThat(second.isAlive()).isTrue();
        }
      }
    }
  }

  @Test
  void oneOfTwoProcessesWithAllPartsLeads(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      OneProcess first = scenario.start();
      try {
        scenario.configMaps().awaitValue("web", "one");
        scenario.setting("mirrors", directory.resolve("other-mirrors").toString());
        scenario.setting("read-model", directory.resolve("other-read-model").toString());
        try (OneProcess second = scenario.start()) {
          patiently()
              .untilAsserted(
                  () ->
                      assertThat(CommandRun.of(second, "status").out())
                          .containsPattern("worker +staging +leading")
                          .containsPattern("worker +staging +standby"));
          assertThat(leaders(scenario)).hasSize(1);

          first.close();
          scenario.push(second, Map.of("web/configmap.yaml", configMap("web", "two")));
          scenario.configMaps().awaitValue("web", "two");
          assertThat(leaders(scenario)).hasSize(2).doesNotHaveDuplicates();
        }
        scenario.verify();
      } finally {
        first.close();
      }
    }
  }

  private static List<String> leaders(Scenario scenario) {
    return scenario
        .read(scenario.kafka().topics().results(), ResultEvent.WorkerHello.class)
        .stream()
        .map(ResultEvent.WorkerHello::worker)
        .toList();
  }
}
