package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.configMap;
import static dev.sluice.simulated.Manifests.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import dev.sluice.simulated.fault.ObservedRequest;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedClusterIT {
  @TempDir private Path directory;

  private static KubernetesClient clientOf(SimulatedCluster cluster) {
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(cluster.kubeconfig()))
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private SimulatedCluster start() {
    return SimulatedCluster.start(
        SimulatedClusterOptions.named("kept").withDataDirectory(directory));
  }

  @Test
  void keepsObjectsAcrossRestartsEvenWithATornLastLine() throws IOException {
    long version;
    try (SimulatedCluster cluster = start();
        KubernetesClient client = clientOf(cluster)) {
      Manifests manifests = new Manifests(client, "default");
      manifests.apply("one", configMap("gone", "a: '1'"));
      var kept = manifests.apply("one", configMap("kept", "a: '1'"));
      client.configMaps().inNamespace("default").withName("gone").delete();
      version = Long.parseLong(kept.getMetadata().getResourceVersion());
    }
    Files.writeString(
        directory.resolve("objects.jsonl"), "{\"revision\":9", StandardOpenOption.APPEND);

    try (SimulatedCluster cluster = start();
        KubernetesClient client = clientOf(cluster)) {
      var configMaps = client.configMaps().inNamespace("default");
      assertThat(configMaps.withName("kept").get().getData()).isEqualTo(Map.of("a", "1"));
      assertThat(configMaps.withName("gone").get()).isNull();
      var next = new Manifests(client, "default").apply("one", configMap("next"));
      assertThat(Long.parseLong(next.getMetadata().getResourceVersion()))
          .isGreaterThan(version + 1);
    }
  }

  @Test
  void isFreshAfterAWipe() {
    try (ClusterFixture fixture = ClusterFixture.simulated()) {
      String namespace = fixture.namespace();
      fixture.simulatedCluster().wipe();

      assertThat(fixture.client().namespaces().list().getItems())
          .extracting(n -> n.getMetadata().getName())
          .containsExactly("default", "kube-node-lease", "kube-public", "kube-system")
          .doesNotContain(namespace);
    }
  }

  @Test
  void injectsFaults() {
    try (ClusterFixture fixture = ClusterFixture.simulated()) {
      Manifests manifests = new Manifests(fixture.client(), "default");
      FaultInjector faults = fixture.simulatedCluster().faults();

      faults.injectOnce(ObservedRequest::isWrite, new Fault.Fail(403, "Forbidden", "not today"));
      assertThat(refusal(() -> manifests.apply("one", configMap("a"))).getMessage())
          .isEqualTo("not today");

      faults.injectOnce(ObservedRequest::isWrite, new Fault.CutBefore());
      assertThatExceptionOfType(KubernetesClientException.class)
          .isThrownBy(() -> manifests.apply("one", configMap("before")));
      assertThat(manifests.resource(configMap("before")).get()).isNull();

      faults.injectOnce(ObservedRequest::isWrite, new Fault.CutAfter());
      assertThatExceptionOfType(KubernetesClientException.class)
          .isThrownBy(() -> manifests.apply("one", configMap("after")));
      assertThat(manifests.resource(configMap("after")).get()).isNotNull();
    }
  }

  @Test
  void answers501ForUnsupportedFeatures() {
    try (ClusterFixture fixture = ClusterFixture.simulated()) {
      KubernetesClient client = fixture.client();

      assertThat(
              refusal(() -> client.raw("/api/v1/namespaces/default/pods/a/log", "GET", null))
                  .getCode())
          .isEqualTo(501);
    }
  }

  @Test
  void supportsLeaderElection() throws InterruptedException {
    try (ClusterFixture fixture = ClusterFixture.simulated()) {
      CountDownLatch leads = new CountDownLatch(1);
      var election =
          fixture
              .client()
              .leaderElector()
              .withConfig(
                  new LeaderElectionConfigBuilder()
                      .withName("test")
                      .withLeaseDuration(Duration.ofSeconds(3))
                      .withRenewDeadline(Duration.ofSeconds(2))
                      .withRetryPeriod(Duration.ofMillis(200))
                      .withLock(new LeaseLock("default", "test", "me"))
                      .withLeaderCallbacks(
                          new LeaderCallbacks(leads::countDown, () -> {}, leader -> {}))
                      .build())
              .build()
              .start();

      assertThat(leads.await(30, TimeUnit.SECONDS)).isTrue();
      var lease = fixture.client().leases().inNamespace("default").withName("test");
      assertThat(lease.get().getSpec().getHolderIdentity()).isEqualTo("me");
      var first = lease.get().getSpec().getRenewTime();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> lease.get().getSpec().getRenewTime().isAfter(first));
      election.cancel(true);
    }
  }
}
