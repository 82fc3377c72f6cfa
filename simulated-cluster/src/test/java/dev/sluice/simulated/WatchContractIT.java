package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class WatchContractIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static ClusterFixture fixture;
  private static KubernetesClient client;
  private static String namespace;
  private static Manifests manifests;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    client = fixture.client();
    namespace = fixture.namespace();
    manifests = new Manifests(client, namespace);
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  /** Records the events it receives. */
  private static final class Log implements Watcher<ConfigMap> {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void eventReceived(Action action, ConfigMap object) {
      lines.add(action + " " + object.getMetadata().getName());
    }

    @Override
    public void onClose(WatcherException cause) {}
  }

  private static String labelled(String name, String label) {
    return configMap(name)
        .replace("name: " + name, "name: " + name + "\n  labels: {w: '" + label + "'}");
  }

  @Test
  void sendsChangesOfSelectedObjects() throws Exception {
    Log log = new Log();
    try (Watch watch = client.configMaps().inNamespace(namespace).withLabel("w", "in").watch(log)) {
      manifests.apply("one", labelled("in", "in"));
      manifests.apply("one", labelled("out", "out"));
      manifests.apply("one", labelled("in", "in") + "data: {a: '1'}\n");
      manifests.apply("one", labelled("in", "out"));
      manifests.apply("one", labelled("out", "in"));
      client.configMaps().inNamespace(namespace).withName("out").delete();

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(log.lines)
                      .containsExactly(
                          "ADDED in", "MODIFIED in", "DELETED in", "ADDED out", "DELETED out"));
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void resumesFromAResourceVersion() throws Exception {
    manifests.apply("one", labelled("before", "from"));
    ConfigMapList list = client.configMaps().inNamespace(namespace).withLabel("w", "from").list();
    manifests.apply("one", labelled("after", "from"));
    Log log = new Log();

    try (Watch watch =
        client
            .configMaps()
            .inNamespace(namespace)
            .withLabel("w", "from")
            .watch(
                new ListOptionsBuilder()
                    .withResourceVersion(list.getMetadata().getResourceVersion())
                    .build(),
                log)) {
      await().atMost(PATIENCE).until(() -> !log.lines.isEmpty());
      assertThat(log.lines).containsExactly("ADDED after");
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void servesInformers() {
    try (SharedIndexInformer<ConfigMap> informer =
        client.configMaps().inNamespace(namespace).withLabel("w", "informed").inform()) {
      manifests.apply("one", labelled("informed", "informed"));
      await()
          .atMost(PATIENCE)
          .until(() -> informer.getStore().getByKey(namespace + "/informed") != null);
      client.configMaps().inNamespace(namespace).withName("informed").delete();
      await()
          .atMost(PATIENCE)
          .until(() -> informer.getStore().getByKey(namespace + "/informed") == null);
    }
  }

  @Test
  void endsAWatchFromAnExpiredResourceVersion() throws Exception {
    assumeTrue(fixture.isSimulated(), "a real server forgets only after minutes");
    manifests.apply("one", labelled("old", "old"));
    String version =
        client.configMaps().inNamespace(namespace).list().getMetadata().getResourceVersion();
    manifests.apply("one", labelled("newer", "old"));
    fixture.simulatedCluster().expireHistory();

    // uses plain HTTP, since closing a fabric8 watch while the server ends it can deadlock the
    // client
    URI watch =
        fixture
            .simulatedCluster()
            .uri()
            .resolve(
                "/api/v1/namespaces/%s/configmaps?watch=true&resourceVersion=%s"
                    .formatted(namespace, version));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<Stream<String>> answer =
          http.send(
              HttpRequest.newBuilder(watch).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofLines());
      try (Stream<String> lines = answer.body()) {
        assertThat(lines.findFirst().orElse(""))
            .contains("\"ERROR\"")
            .contains("410")
            .contains("\"Expired\"");
      }
    }
  }

  @Test
  void pagesAreConsistent() {
    for (int i = 0; i < 5; i++) {
      manifests.apply("one", labelled("page-" + i, "page"));
    }
    ConfigMapList first =
        client
            .configMaps()
            .inNamespace(namespace)
            .withLabel("w", "page")
            .list(new ListOptionsBuilder().withLimit(2L).build());
    client.configMaps().inNamespace(namespace).withName("page-4").delete();
    ConfigMapList rest =
        client
            .configMaps()
            .inNamespace(namespace)
            .withLabel("w", "page")
            .list(
                new ListOptionsBuilder()
                    .withLimit(5L)
                    .withContinue(first.getMetadata().getContinue())
                    .build());

    assertThat(first.getItems())
        .extracting(c -> c.getMetadata().getName())
        .containsExactly("page-0", "page-1");
    assertThat(rest.getItems())
        .extracting(c -> c.getMetadata().getName())
        .containsExactly("page-2", "page-3", "page-4");
    assertThat(rest.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }
}
