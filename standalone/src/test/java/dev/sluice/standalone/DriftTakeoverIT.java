package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.verify.Violation;
import dev.sluice.worker.ClusterWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drift that is open while its worker is killed, paused or replaced. */
@Tag("kubernetes")
class DriftTakeoverIT {

  private static final int APPLICATIONS = 30;
  private static final List<String> HEAP = List.of("-Xmx512m");

  @TempDir private Path directory;
  private Scenario scenario;

  @BeforeEach
  void open() throws Exception {
    scenario = Scenario.in(directory, STAGING);
    scenario.fixture(STAGING).assumeJsonOfBuiltInKinds();
  }

  @AfterEach
  void close() {
    scenario.close();
  }

  @Test
  void whatAKilledWorkerHadSeenIsHealedByTheNext() throws Exception {
    applications();
    try (OneProcess _ = scenario.startWithoutWorkers();
        SluiceProcess first = worker("first")) {
      awaitValue("git");
      editWhilePaused(first);
      first.kill();
      assertThat(count("edited")).as("not healed by the killed worker").isPositive();

      try (SluiceProcess _ = worker("second")) {
        awaitValue("git");
        scenario.verify();
      }
    }
  }

  @Test
  void onlyTheLeaderHeals() throws Exception {
    applications();
    try (OneProcess _ = scenario.startWithoutWorkers();
        SluiceProcess first = worker("first")) {
      awaitValue("git");
      try (SluiceProcess second = worker("second")) {
        editWhilePaused(first);
        first.freeze();
        awaitValue("git");
        Map<String, String> versions = versions();

        first.thaw();

        await()
            .during(Duration.ofSeconds(4))
            .atMost(Duration.ofSeconds(10))
            .until(() -> versions().equals(versions));
        assertThat(scenario.read(scenario.kafka().topics().results(), ObservedEvent.Healed.class))
            .extracting(healed -> healed.subject().application())
            .doesNotHaveDuplicates();
        scenario.verify();
        assertThat(second.isAlive()).isTrue();
      }
    }
  }

  @Test
  void openDriftIsShownByEachWorkerAndDriftThatHasEndedByNone() throws Exception {
    scenario
        .fleet()
        .document(
            """
            apiVersion: sluice.dev/v1
            kind: Application
            metadata: {name: app-0}
            spec:
              source: {repository: apps, path: app-0}
              clusters: {names: [%s]}
              namespace: %s
              policy: {selfHeal: false}
            """
                .formatted(STAGING, scenario.namespace()));
    scenario.fleet().application("app-1", "app-1", scenario.namespace(), STAGING);
    var unused = scenario.commit(Scenario.applications(2, "git"));
    try (OneProcess _ = scenario.startWithoutWorkers()) {
      try (ClusterWorker _ = scenario.startWorker(STAGING)) {
        scenario.configMaps().awaitValue("app-0", "git");
        scenario.configMaps().awaitValue("app-1", "git");
        scenario.configMaps().edit("app-0", "edited");
        patiently().until(() -> !drifts().isEmpty());
        scenario.verify();
        scenario.configMaps().edit("app-1", "edited");
        scenario.configMaps().awaitValue("app-1", "git");
        scenario.verify();
      }
      // as a worker leaves it that is killed after it has healed, before it says so
      ObservedEvent.Drifted unended =
          drifts().stream().filter(ObservedEvent.Drifted::heals).findFirst().orElseThrow();
      scenario.write(scenario.kafka().topics().results(), unended);
      assertThat(scenario.violations(List.of(STAGING)))
          .extracting(Violation::what)
          .containsExactly("is what Git says, but is shown as drifted");
      int shown = drifts().size();

      try (ClusterWorker _ = scenario.startWorker(STAGING)) {
        scenario.verify();
        assertThat(drifts()).as("drift that is still open").hasSizeGreaterThan(shown);
        assertThat(drifts().getLast().objects())
            .extracting(ObjectDrift::kind)
            .containsExactly(ObjectDrift.Kind.CHANGED);
      }
    }
  }

  private List<ObservedEvent.Drifted> drifts() {
    return scenario.read(scenario.kafka().topics().results(), ObservedEvent.Drifted.class);
  }

  private void applications() throws Exception {
    for (int i = 0; i < APPLICATIONS; i++) {
      scenario.fleet().application("app-" + i, "app-" + i, scenario.namespace(), STAGING);
    }
    var unused = scenario.commit(Scenario.applications(APPLICATIONS, "git"));
  }

  private SluiceProcess worker(String name) throws Exception {
    return scenario.startWorkerProcess(name, HEAP, "--identity", name);
  }

  /** Edits all applications' objects while a worker is paused, and returns once it heals them. */
  private void editWhilePaused(SluiceProcess worker) throws Exception {
    worker.freeze();
    IntStream.range(0, APPLICATIONS).forEach(i -> scenario.configMaps().edit("app-" + i, "edited"));
    worker.thaw();
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> count("git") > 0);
  }

  private void awaitValue(String value) {
    patiently().until(() -> count(value) == APPLICATIONS);
  }

  private long count(String value) {
    return scenario.configMaps().countWithValue(value);
  }

  private Map<String, String> versions() {
    return scenario
        .client(STAGING)
        .configMaps()
        .inNamespace(scenario.namespace())
        .list()
        .getItems()
        .stream()
        .collect(
            Collectors.toMap(
                found -> found.getMetadata().getName(),
                found -> found.getMetadata().getResourceVersion()));
  }
}
