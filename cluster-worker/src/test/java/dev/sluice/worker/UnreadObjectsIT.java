package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ResultEvent;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The requests of first syncs and changes: objects that are known are applied without a read. */
@Tag("kubernetes")
final class UnreadObjectsIT {

  private final Requests requests = new Requests();
  private Bench bench;
  private ClusterWorker worker;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    worker = bench.worker("one", requests);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aChangeOfKnownObjectsTakesOneRequestForEach() {
    send(1, "first");
    requests.clear();

    send(2, "second");

    assertThat(requests.aboutObjects(bench.namespace))
        .containsExactlyInAnyOrder(patches("a", "b", "c", "d"));
    assertThat(requests.writes()).filteredOn(line -> line.contains("ledger")).hasSize(2);
    assertThat(Stream.of("a", "b", "c", "d").map(bench::value)).containsOnly(Optional.of("second"));
  }

  @Test
  void aWorkerThatJustBeganToLeadKnowsTheObjectsByItsWatches() {
    send(1, "first");
    worker.close();
    Requests ofSuccessor = new Requests();
    bench.worker("two", ofSuccessor);
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> ofSuccessor.watches().contains("/api/v1/configmaps"));

    send(2, "second");

    assertThat(ofSuccessor.aboutObjects(bench.namespace))
        .containsExactlyInAnyOrder(patches("a", "b", "c", "d"));
  }

  @Test
  void anObjectThatOthersManageIsRead() {
    send(1, "first");
    edit("b", "kubectl-edit", "{\"data\": {\"by\": \"hand\"}}");
    requests.clear();

    send(2, "second");

    assertThat(bench.value("b")).contains("second");
    assertThat(requests.aboutObjects(bench.namespace))
        .contains("GET " + path("b"))
        .doesNotContain("GET " + path("a"));
  }

  /** The worker has not seen the last change when it writes. */
  @Test
  void anObjectThatChangedMeanwhileIsReadAndWrittenAgain() throws Exception {
    send(1, "first");
    requests.pauseAt(line -> line.equals("PATCH " + path("a")));
    bench.targets.send(bench.targets.target("shop", 2, manifests("second")));
    requests.awaitPaused();
    try {
      edit("a", "some-controller", "{\"data\": {\"added\": \"by-controller\"}}");
    } finally {
      requests.resume();
    }
    bench.awaitApplied("shop", 2);

    assertThat(requests.aboutObjects(bench.namespace))
        .filteredOn(line -> line.endsWith("/a"))
        .endsWith("PATCH " + path("a"), "GET " + path("a"), "PATCH " + path("a"));
    assertThat(bench.object("a").orElseThrow().getData())
        .containsEntry("key", "second")
        .containsEntry("added", "by-controller");
  }

  /** Somebody deletes the object after the worker has seen it. */
  @Test
  void anObjectThatWasDeletedMeanwhileIsRead() throws Exception {
    send(1, "first");
    requests.pauseAt(line -> line.equals("PATCH " + path("a")));
    bench.targets.send(bench.targets.target("shop", 2, manifests("second")));
    requests.awaitPaused();
    try {
      bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("a").delete();
    } finally {
      requests.resume();
    }
    bench.awaitApplied("shop", 2);

    assertThat(requests.aboutObjects(bench.namespace)).contains("GET " + path("a"));
    assertThat(bench.value("a")).contains("second");
  }

  /** Many new applications: a list of each kind replaces the reads of single objects. */
  @Test
  void manyFirstSyncsListTheirObjectsInsteadOfReadingEach() {
    int applications = 40;
    for (int i = 0; i < applications; i++) {
      String[] manifests = new String[4];
      for (int object = 0; object < manifests.length; object++) {
        manifests[object] = configMap("c-%d-%d".formatted(i, object), "1");
      }
      bench.targets.send(bench.targets.target("app-" + i, 1, manifests));
    }
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> bench.results.all(ResultEvent.Applied.class).size() == applications);

    List<String> about = requests.aboutObjects(bench.namespace);
    assertThat(about).filteredOn(line -> line.startsWith("PATCH")).hasSize(4 * applications);
    assertThat(about)
        .as("the first eight of every two seconds are read")
        .filteredOn(line -> line.startsWith("GET"))
        .hasSizeLessThan(2 * applications);
  }

  private void send(long generation, String value) {
    bench.targets.send(bench.targets.target("shop", generation, manifests(value)));
    bench.awaitApplied("shop", generation);
  }

  private static String[] manifests(String value) {
    return new String[] {
      configMap("a", value), configMap("b", value), configMap("c", value), configMap("d", value)
    };
  }

  private void edit(String name, String manager, String patch) {
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName(name)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(manager)
                .build(),
            patch);
  }

  private String path(String name) {
    return "/api/v1/namespaces/%s/configmaps/%s".formatted(bench.namespace, name);
  }

  private String[] patches(String... names) {
    return Arrays.stream(names).map(name -> "PATCH " + path(name)).toArray(String[]::new);
  }
}
