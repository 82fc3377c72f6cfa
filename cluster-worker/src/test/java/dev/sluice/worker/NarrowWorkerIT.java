package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker with no other permissions than those of {@code k8s/narrow}, by RBAC. */
@Tag("kubernetes")
final class NarrowWorkerIT {

  private static final String SERVICE =
      "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}";
  private static final String ROLE =
      "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: []}";

  private final Bench bench = new Bench();
  private final DeployedRights deployed = new DeployedRights(bench);

  @BeforeEach
  void install() throws IOException {
    assumeTrue(!bench.fixture.isSimulated(), "the simulated cluster has no RBAC");
    deployed.installVariant("narrow/worker-rights.yaml");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void appliesHealsPrunesAndRemovesTheListedKinds() {
    ClusterWorker running = start();

    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first"), SERVICE));
    bench.awaitApplied("web", 1);
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName("a")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"data\": {\"key\": \"by hand\"}}");
    bench.awaitValue("a", "first");
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    bench.awaitApplied("web", 2);
    bench.awaitValue("a", "second");
    bench.targets.send(bench.targets.removal("web", 3, false));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());

    assertThat(bench.value("a")).isEmpty();
    assertThat(running.status()).isEqualTo(WorkerStatus.LEADING);
    assertThat(running.problem()).isEmpty();
  }

  @Test
  void parksAnApplicationWithAnotherKindAndNamesTheMissingRight() {
    start();

    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first"), ROLE));
    Failure failure = bench.awaitParked("web");

    assertThat(failure.code()).isEqualTo(ApplyFailure.FORBIDDEN);
    assertThat(failure.message()).contains("roles").contains("rbac.authorization.k8s.io");
  }

  private ClusterWorker start() {
    ClusterWorker started = bench.worker("one", deployed.account().client());
    await().atMost(Bench.PATIENCE).until(() -> started.status() == WorkerStatus.LEADING);
    return started;
  }
}
