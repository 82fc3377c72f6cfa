package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.ObservedEvent;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The slow resync: it ends each watch, lists the objects, and watches them again. */
@Tag("kubernetes")
final class ResyncIT {

  private static final int APPLICATIONS = 5;

  private static final String SERVICE =
      "{apiVersion: v1, kind: Service, metadata: {name: s%d}, spec: {ports: [{port: 80}]}}";
  private static final String SECRET =
      "{apiVersion: v1, kind: Secret, metadata: {name: c%d}, stringData: {password: secret}}";

  private final Bench bench = new Bench();
  private final Requests requests = new Requests();

  @BeforeEach
  void start() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.resyncEach(Duration.ofMillis(400));
    bench.worker("one", requests);
    for (int i = 0; i < APPLICATIONS; i++) {
      bench.targets.send(
          bench.targets.target(
              "shop-" + i,
              1,
              configMap("m" + i, "value"),
              SERVICE.formatted(i),
              SECRET.formatted(i)));
    }
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> bench.results.all(ObservedEvent.Healthy.class).size() == APPLICATIONS);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void onlyListsAndWatchesUnchangedApplications() {
    List<String> collections =
        List.of("GET /api/v1/configmaps", "GET /api/v1/services", "GET /api/v1/secrets");
    requests.clear();
    List<String> findings = findings();
    int results = bench.results.all(Event.class).size();

    // each resync lists and watches
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                collections.stream()
                    .allMatch(each -> Collections.frequency(requests.all(), each) >= 6));

    assertThat(requests.all())
        .filteredOn(line -> !line.contains("/leases"))
        .as("nothing is read but the collections, and nothing is written")
        .isSubsetOf(collections);
    assertThat(bench.results.all(Event.class)).as("nothing is reported").hasSize(results);
    assertThat(findings()).as("nothing was missed").isEqualTo(findings);
  }

  @Test
  void countsNoChangesThatTheWatchesDidNotMiss() {
    List<String> findings = findings();

    for (int i = 0; i < 15; i++) {
      bench
          .fixture
          .client()
          .configMaps()
          .inNamespace(bench.namespace)
          .withName("m" + i % APPLICATIONS)
          .edit(map -> new ConfigMapBuilder(map).addToData("key", "edited").build());
      bench.awaitValue("m" + i % APPLICATIONS, "value");
    }

    assertThat(findings()).isEqualTo(findings);
  }

  private List<String> findings() {
    return bench
        .telemetry
        .metrics()
        .text()
        .lines()
        .filter(line -> line.startsWith("sluice_worker_resync_findings_total"))
        .toList();
  }
}
