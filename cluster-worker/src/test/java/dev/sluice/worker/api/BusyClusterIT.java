package dev.sluice.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.simulated.ClusterFixture;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** API Priority and Fairness of a real API server; a simulated one has none. */
@Tag("kubernetes")
final class BusyClusterIT {

  private static final String USER = "sluice-test-busy";
  private static final String PATH = "/openapi/v3/apis/apps/v1";

  /** A level with the fewest seats, which has no queue. */
  private static final String LEVEL =
      """
      apiVersion: flowcontrol.apiserver.k8s.io/v1
      kind: PriorityLevelConfiguration
      metadata: {name: %1$s}
      spec:
        type: Limited
        limited: {nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: {type: Reject}}
      """
          .formatted(USER);

  private static final String SCHEMA =
      """
      apiVersion: flowcontrol.apiserver.k8s.io/v1
      kind: FlowSchema
      metadata: {name: %1$s}
      spec:
        priorityLevelConfiguration: {name: %1$s}
        matchingPrecedence: 50
        rules:
        - subjects: [{kind: User, user: {name: %1$s}}]
          nonResourceRules: [{nonResourceURLs: ["*"], verbs: ["*"]}]
      """
          .formatted(USER);

  private final ClusterFixture fixture = ClusterFixture.open();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void allRequestsAreAnsweredByAServerWithFewSeats() throws Exception {
    assumeTrue(!fixture.isSimulated() && fixture.isAtLeast(29), "needs a real server");
    create(LEVEL);
    create(SCHEMA);
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(fixture.kubeconfig()))
            .withRequestRetryBackoffLimit(0)
            .withImpersonateUsername(USER)
            .build();
    AtomicInteger refusals = new AtomicInteger();
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ClusterApi api =
          new ClusterApi(
              client,
              Duration.ofSeconds(30),
              () -> true,
              RequestPace.repeating(refusals::incrementAndGet));

      // the server takes a moment to follow the schema
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                  calls.add(threads.submit(() -> api.required(PATH)));
                }
                for (Future<?> call : calls) {
                  assertThat(call.get()).isNotNull();
                }
                return refusals.get() > 0;
              });
    }
  }

  private void create(String manifest) {
    GenericKubernetesResource object =
        Serialization.unmarshal(manifest, GenericKubernetesResource.class);
    fixture.client().resource(object).serverSideApply();
    fixture.cleanUp(() -> fixture.client().resource(object).delete());
  }
}
