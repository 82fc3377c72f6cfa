package dev.sluice.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.simulated.runner.PodRunnerOptions;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features that only the pod runner has: failures on demand, configured times, many pods. */
class PodRunnerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final PodRunnerOptions QUICK =
      PodRunnerOptions.quick().withBackOff(Duration.ofMillis(200));

  @TempDir private Path directory;

  private static ClusterFixture open(PodRunnerOptions options) {
    return ClusterFixture.simulated(SimulatedClusterOptions.named("pods").withPods(options));
  }

  private static String pod(String name, String image) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: %s}
    spec: {containers: [{name: a, image: '%s'}]}
    """
        .formatted(name, image);
  }

  private static String deployment(String name) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %1$s}
    spec:
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec: {containers: [{name: a, image: 'a:1'}]}
    """
        .formatted(name);
  }

  private static Optional<ContainerStatus> container(KubernetesClient client, String pod) {
    return Optional.ofNullable(client.pods().inNamespace("default").withName(pod).get())
        .map(Pod::getStatus)
        .flatMap(status -> status.getContainerStatuses().stream().findFirst());
  }

  private static void untilWaiting(KubernetesClient client, String pod, String reason) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                container(client, pod)
                    .map(status -> status.getState().getWaiting())
                    .filter(waiting -> waiting.getReason().equals(reason))
                    .isPresent());
  }

  private static void untilReady(KubernetesClient client, String pod) {
    await()
        .atMost(PATIENCE)
        .until(() -> container(client, pod).map(ContainerStatus::getReady).orElse(false));
  }

  @Test
  void failsByTheNameOfTheImage() {
    try (ClusterFixture fixture = open(QUICK)) {
      KubernetesClient client = fixture.client();
      Manifests manifests = new Manifests(client, "default");
      manifests.apply("test", pod("crash", "example.com/crash:1"));
      manifests.apply("test", pod("pull", "example.com/pull-fails:1"));
      manifests.apply("test", pod("slow", "example.com/slow:1"));
      manifests.apply("test", pod("fine", "example.com/fine:1"));

      untilWaiting(client, "crash", "CrashLoopBackOff");
      untilWaiting(client, "pull", "ImagePullBackOff");
      untilReady(client, "fine");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(container(client, "slow").orElseThrow())
                      .extracting(ContainerStatus::getStarted, ContainerStatus::getReady)
                      .containsExactly(true, false));
    }
  }

  @Test
  void waitsForAnInitContainerThatFails() {
    try (ClusterFixture fixture = open(QUICK)) {
      KubernetesClient client = fixture.client();
      new Manifests(client, "default")
          .apply(
              "test",
              pod("init", "a:1")
                  .replace("spec: {", "spec: {initContainers: [{name: i, image: 'crash:1'}], "));

      untilWaiting(client, "init", "PodInitializing");
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                var status =
                    client.pods().inNamespace("default").withName("init").get().getStatus();
                var waiting = status.getInitContainerStatuses().getFirst().getState().getWaiting();
                return waiting != null
                    && waiting.getReason().equals("CrashLoopBackOff")
                    && status.getPhase().equals("Pending");
              });
    }
  }

  @Test
  void startsPodsAfterTheTimesThatAreSet() {
    PodRunnerOptions options = QUICK.withStart(Duration.ofMillis(1)).withSlow(Duration.ofMillis(2));
    try (ClusterFixture fixture = open(options)) {
      new Manifests(fixture.client(), "default").apply("test", pod("slow", "slow:1"));

      untilReady(fixture.client(), "slow");
    }
  }

  @Test
  void givesALoadBalancerAnAddress() {
    try (ClusterFixture fixture = open(QUICK)) {
      KubernetesClient client = fixture.client();
      new Manifests(client, "default")
          .apply(
              "test",
              """
              apiVersion: v1
              kind: Service
              metadata: {name: outside}
              spec: {type: LoadBalancer, ports: [{port: 80}]}
              """);

      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  !client
                      .services()
                      .inNamespace("default")
                      .withName("outside")
                      .get()
                      .getStatus()
                      .getLoadBalancer()
                      .getIngress()
                      .isEmpty());
    }
  }

  @Test
  void continuesWithThePodsOfAnEarlierRun() {
    SimulatedClusterOptions kept =
        SimulatedClusterOptions.named("kept").withDataDirectory(directory).withPods(QUICK);
    String before;
    try (ClusterFixture fixture = ClusterFixture.simulated(kept)) {
      Manifests manifests = new Manifests(fixture.client(), "default");
      manifests.apply("test", pod("stays", "a:1"));
      manifests.apply("test", pod("crash", "crash:1"));
      untilReady(fixture.client(), "stays");
      untilWaiting(fixture.client(), "crash", "CrashLoopBackOff");
      before = started(fixture.client());
    }
    try (ClusterFixture fixture = ClusterFixture.simulated(kept)) {
      int restarts = container(fixture.client(), "crash").orElseThrow().getRestartCount();
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  container(fixture.client(), "crash").orElseThrow().getRestartCount() > restarts);
      assertThat(started(fixture.client())).isEqualTo(before);
    }
  }

  private static String started(KubernetesClient client) {
    return container(client, "stays").orElseThrow().getState().getRunning().getStartedAt();
  }

  @Test
  void runsThousandsOfPods() throws InterruptedException {
    int count = Integer.getInteger("sluice.pods", 1_000);
    try (ClusterFixture fixture = open(QUICK);
        ExecutorService appliers = Executors.newFixedThreadPool(4)) {
      KubernetesClient client = fixture.client();
      Manifests manifests = new Manifests(client, "default");
      for (int i = 0; i < count; i++) {
        String name = "app-" + i;
        appliers.execute(() -> manifests.apply("test", deployment(name)));
      }

      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(500))
          .until(
              () ->
                  client.pods().inNamespace("default").list().getItems().stream()
                          .filter(pod -> pod.getStatus().getPhase().equals("Running"))
                          .count()
                      == count);
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () ->
                  assertThat(client.apps().deployments().inNamespace("default").list().getItems())
                      .allSatisfy(
                          deployment ->
                              assertThat(deployment.getStatus().getAvailableReplicas())
                                  .isEqualTo(1)));
      assertThat(client.pods().inNamespace("default").list().getItems())
          .extracting(pod -> pod.getMetadata().getLabels().get("app"))
          .doesNotHaveDuplicates();
    }
  }
}
