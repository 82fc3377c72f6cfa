package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The requests of a sweep, and the orphans that it removes, while the watches work. */
@Tag("kubernetes")
final class SweepIT {

  private static final String SERVICE =
      "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}";

  private final Bench bench = new Bench();
  private final Requests requests = new Requests();

  @BeforeEach
  void start() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one", requests);
    bench.targets.send(bench.targets.target("shop", 1, configMap("m", "value"), SERVICE));
    bench.targets.send(bench.targets.target("other", 1, configMap("o", "value")));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> bench.results.all(ObservedEvent.Healthy.class).size() == 2);
    awaitSweeps(2);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void readsNothingButTheKeysWhenEveryObjectIsAccountedFor() {
    awaitSweeps(3);

    assertThat(requests.all())
        .filteredOn(line -> !line.contains("/leases"))
        .isNotEmpty()
        .allMatch(line -> line.equals(keys()));
  }

  @Test
  void listsKindsThatNoApplicationHasAnyLonger() {
    bench.targets.send(bench.targets.target("shop", 2, configMap("m", "value")));
    bench.awaitApplied("shop", 2);
    awaitSweeps(2);
    awaitSweeps(3);

    assertThat(requests.all())
        .filteredOn(line -> !line.contains("/leases"))
        .contains("GET /api/v1/services")
        .isSubsetOf(keys(), "GET /api/v1", "GET /api/v1/services");
  }

  @Test
  void removesAnOrphanOfAKindThatNoApplicationHasAnyLonger() {
    bench.targets.send(bench.targets.target("shop", 2, configMap("m", "value")));
    bench.awaitApplied("shop", 2);

    Resource<Service> orphan = plant("orphan");

    await().atMost(Bench.PATIENCE).until(() -> orphan.get() == null);
    assertThat(bench.results.all(ResultEvent.Swept.class)).hasSize(1);
  }

  @Test
  void removesAnOrphanOfAWatchedKind() {
    Resource<Service> orphan = plant("orphan");

    await().atMost(Bench.PATIENCE).until(() -> orphan.get() == null);
    assertThat(bench.results.all(ResultEvent.Swept.class)).hasSize(1);
    awaitSweeps(2);
    readsNothingButTheKeysWhenEveryObjectIsAccountedFor();
  }

  @Test
  void leavesAnOrphanWhoseAnnotationForbidsItsDeletion() {
    Resource<Service> kept = plant("kept", Map.of("sluice.dev/prune", "disabled"));
    Resource<Service> guarded = plant("guarded", Map.of("sluice.dev/prune", "confirm"));
    Resource<Service> orphan = plant("orphan");

    await().atMost(Bench.PATIENCE).until(() -> orphan.get() == null);
    awaitSweeps(2);
    assertThat(kept.get()).isNotNull();
    assertThat(guarded.get()).isNotNull();
  }

  @Test
  void readsOnlyTheLedgersOfApplicationsThatMayHaveOrphans() {
    Map<String, String> kept =
        Map.of(Ownership.GENERATION_ANNOTATION, "1", "sluice.dev/prune", "disabled");
    bench
        .fixture
        .client()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("kept")
                .withNamespace(bench.namespace)
                .addToLabels(Ownership.APPLICATION_LABEL, "shop")
                .addToLabels(Ownership.INSTALLATION_LABEL, bench.installation())
                .addToAnnotations(kept)
                .endMetadata()
                .addToData("key", "value")
                .build())
        .fieldManager(ClusterApi.FIELD_MANAGER)
        .serverSideApply();

    awaitSweeps(3);

    assertThat(requests.all())
        .filteredOn(line -> line.contains(bench.systemNamespace + "/configmaps"))
        .isNotEmpty()
        .allMatch(line -> line.endsWith("/" + bench.ledgerName("shop")));
  }

  private Resource<Service> plant(String name) {
    return plant(name, Map.of());
  }

  /** Creates a Service as a fenced worker would. */
  private Resource<Service> plant(String name, Map<String, String> annotations) {
    Resource<Service> service =
        bench
            .fixture
            .client()
            .resource(
                new ServiceBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withNamespace(bench.namespace)
                    .addToLabels(Ownership.APPLICATION_LABEL, "shop")
                    .addToLabels(Ownership.INSTALLATION_LABEL, bench.installation())
                    .addToAnnotations(Ownership.GENERATION_ANNOTATION, "1")
                    .addToAnnotations(annotations)
                    .endMetadata()
                    .withNewSpec()
                    .addNewPort()
                    .withPort(80)
                    .endPort()
                    .endSpec()
                    .build());
    service.fieldManager(ClusterApi.FIELD_MANAGER).serverSideApply();
    return service;
  }

  /** Waits for sweeps, each of which reads the ledgers' keys first; forgets earlier requests. */
  private void awaitSweeps(int count) {
    requests.clear();
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> {
              List<String> all = requests.all();
              return all.stream().filter(keys()::equals).count() > count;
            });
  }

  private String keys() {
    return "GET /api/v1/namespaces/%s/secrets/%s"
        .formatted(bench.systemNamespace, bench.ledgerNames().keySecret());
  }
}
