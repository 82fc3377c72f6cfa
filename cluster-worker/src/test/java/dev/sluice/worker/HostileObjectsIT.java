package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Objects that anyone may have written to the cluster, and kinds that cannot be listed. */
@Tag("kubernetes")
final class HostileObjectsIT {

  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void anObjectWithOurLabelsAndAnInvalidNameDoesNotStopTheSweep() {
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);

    plant("named", "Foo_Bar", "1");
    plant("numbered", "web", "9".repeat(99));
    plant("worded", "web", "first");
    plant("orphan", "web", "1");

    await().atMost(Bench.PATIENCE).until(() -> bench.object("orphan").isEmpty());
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    bench.awaitApplied("web", 2);
    assertThat(worker.status()).isEqualTo(WorkerStatus.LEADING);
    assertThat(bench.object("named")).isPresent();
    assertThat(bench.object("numbered")).isPresent();
    assertThat(bench.object("worded")).isPresent();
    plant("second-orphan", "web", "1");
    await().atMost(Bench.PATIENCE).until(() -> bench.object("second-orphan").isEmpty());
    assertThat(metric("sluice_worker_invalid_objects_total{cluster=\"test\"}"))
        .as("each once, not once for each sweep")
        .isEqualTo("3.0");
  }

  @Test
  void anObjectWithAnInvalidOwnerIsTakenOverByTheApplicationThatClaimsIt() {
    bench.worker("one");
    plant("a", "Foo_Bar", "1");

    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));

    bench.awaitApplied("web", 1);
    assertThat(bench.object("a").orElseThrow().getMetadata().getLabels())
        .containsEntry(Ownership.APPLICATION_LABEL, "web");
  }

  @Test
  void aKindThatCannotBeListedDoesNotStopTheSweepOfOthers() {
    AtomicInteger refused = new AtomicInteger();
    bench.worker("one", refusing("/api/v1/secrets?", refused));
    String secret =
        """
        apiVersion: v1
        kind: Secret
        metadata:
          name: s
        """;
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first"), secret));
    bench.awaitApplied("web", 1);

    plant("orphan", "web", "1");

    await().atMost(Bench.PATIENCE).until(() -> bench.object("orphan").isEmpty());
    assertThat(refused).hasPositiveValue();
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !metric("sluice_worker_sweep_failures_total{cluster=\"test\"}").equals("0.0"));
  }

  @Test
  void aNamespaceThatLooksOrphanedIsKept() {
    Resource<Namespace> kept = namespace("kept");
    bench.worker("one");
    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            configMap("a", "first"),
            "{apiVersion: v1, kind: Namespace, metadata: {name: %s-own}}"
                .formatted(bench.namespace)));
    bench.fixture.cleanUp(() -> namespace("own").delete());
    bench.fixture.cleanUp(kept::delete);
    bench.awaitApplied("web", 1);

    kept.serverSideApply();
    plant("orphan", "web", "1");

    // one sweep lists the namespaces after the ConfigMaps
    await().atMost(Bench.PATIENCE).until(() -> bench.object("orphan").isEmpty());
    plant("second-orphan", "web", "1");
    await().atMost(Bench.PATIENCE).until(() -> bench.object("second-orphan").isEmpty());
    assertThat(kept.get()).isNotNull();
    assertThat(kept.get().getMetadata().getDeletionTimestamp()).isNull();
  }

  private Resource<Namespace> namespace(String name) {
    ObjectMeta metadata = labelled(bench.namespace + "-" + name, "web", "1").getMetadata();
    metadata.setNamespace(null);
    return bench
        .fixture
        .client()
        .namespaces()
        .resource(new NamespaceBuilder().withMetadata(metadata).build());
  }

  private void plant(String name, String application, String generation) {
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .resource(labelled(name, application, generation))
        .fieldManager(ClusterApi.FIELD_MANAGER)
        .serverSideApply(); // Kubernetes 1.20 may panic on labels that are created as JSON
  }

  private ConfigMap labelled(String name, String application, String generation) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(bench.namespace)
        .addToLabels(Ownership.APPLICATION_LABEL, application)
        .addToLabels(Ownership.INSTALLATION_LABEL, bench.systemNamespace)
        .addToAnnotations(Ownership.GENERATION_ANNOTATION, generation)
        .endMetadata()
        .build();
  }

  /** Redirects requests for this path to an address without an API. */
  private static Interceptor refusing(String path, AtomicInteger refused) {
    return new Interceptor() {
      @Override
      public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        String uri = request.uri().toString();
        if (request.method().equals("GET") && uri.contains(path)) {
          refused.incrementAndGet();
          builder.uri(URI.create(uri.replace(path, "/apis/gone.example.org/v1/things?")));
        }
      }
    };
  }

  private String metric(String series) {
    return bench
        .telemetry
        .metrics()
        .text()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .map(line -> line.substring(series.length() + 1))
        .findFirst()
        .orElse("");
  }
}
