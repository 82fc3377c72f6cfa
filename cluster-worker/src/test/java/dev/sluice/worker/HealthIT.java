package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.fleet.HealthCheck;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.health.Health;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.simulated.runner.PodRunnerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The health of what was applied, for the very generation.
 *
 * <p>A real cluster needs a node that has the image {@code busybox:1.35}.
 */
@Tag("kubernetes")
final class HealthIT {

  private static final String RUNS = "{name: c, image: 'busybox:1.35', command: [sleep, '3600']}";
  private static final String CANNOT_BE_PULLED =
      "{name: c, image: 'registry.invalid/pull-fails:1', command: [sleep, '3600']}";
  private static final String NEVER_READY =
      "{name: c, image: 'busybox:1.35', command: [sleep, '3600'],"
          + " readinessProbe: {exec: {command: ['false']}}}";

  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench(ClusterFixture.openWithPods(PodRunnerOptions.quick()));
    bench.fixture.assumeJsonOfBuiltInKinds();
    boolean runsPods =
        bench.fixture.isSimulated() || !bench.fixture.client().nodes().list().getItems().isEmpty();
    assumeTrue(runsPods, "the cluster has no node");
    bench.worker("one");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static String deployment(String behaviour, String container) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata:
          labels: {app: web}
          annotations: {simulated.sluice.dev/behaviour: %s}
        spec: {terminationGracePeriodSeconds: 1, containers: [%s]}
    """
        .formatted(behaviour, container);
  }

  private static Policy policy(Optional<Duration> timeout, HealthCheck... checks) {
    Policy checked = Targets.with(Policy.DEFAULT, "healthCheckExprs", List.of(checks));
    return Targets.with(checked, "healthTimeout", timeout);
  }

  private ObservedEvent.OfHealth awaited(
      long generation, Predicate<ObservedEvent.OfHealth> expected) {
    return await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> of(generation).stream().filter(expected).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  private List<ObservedEvent.OfHealth> of(long generation) {
    return bench.results.all(ObservedEvent.OfHealth.class).stream()
        .filter(health -> health.subject().generation().value() == generation)
        .toList();
  }

  private static boolean isHealthy(ObservedEvent.OfHealth health) {
    return health.observed().health() == Health.HEALTHY;
  }

  private static boolean isDegraded(ObservedEvent.OfHealth health) {
    return health.observed().health() == Health.DEGRADED;
  }

  @Test
  void aDeploymentWhoseImageCannotBePulledIsDegradedAndItsCommitNeverHealthy() {
    bench.targets.send(bench.targets.target("shop", 1, deployment("run", RUNS)));
    ObservedEvent.OfHealth first = awaited(1, HealthIT::isHealthy);
    assertThat(first.observed().objects()).isEqualTo(1);

    bench.targets.send(bench.targets.target("shop", 2, deployment("pull-fails", CANNOT_BE_PULLED)));

    ObservedObject failing = awaited(2, HealthIT::isDegraded).observed().unhealthy().getFirst();
    assertThat(failing.object().name()).isEqualTo("web");
    assertThat(failing.reason()).containsPattern("Pod web-.*(ErrImagePull|ImagePullBackOff)");
    assertThat(of(2)).noneMatch(HealthIT::isHealthy);

    bench.targets.send(bench.targets.target("shop", 3, deployment("run", RUNS)));
    awaited(3, HealthIT::isHealthy);
  }

  @Test
  void whatIsNotHealthyInTimeIsDegraded() {
    bench.targets.send(
        bench.targets.target(
            "shop",
            1,
            policy(Optional.of(Duration.ofSeconds(2))),
            deployment("slow", NEVER_READY)));

    ObservedObject late = awaited(1, HealthIT::isDegraded).observed().unhealthy().getFirst();
    assertThat(late.reason()).startsWith("not healthy after").contains("0 of 2");
  }

  @Test
  void objectsWithoutHealthAreHealthyOnceTheyAreApplied() {
    bench.targets.send(bench.targets.target("shop", 1, Targets.configMap("settings", "a")));

    assertThat(awaited(1, HealthIT::isHealthy).observed().unhealthy()).isEmpty();
    assertThat(of(1)).hasSize(1);
  }

  @Test
  void aRuleOfThePolicyDecidesAboutItsKind() {
    bench.defineKind("health-%s.example.org".formatted(bench.namespace), "Widget");
    String widget =
        "{apiVersion: health-%s.example.org/v1, kind: Widget, metadata: {name: w}, spec: {size:"
            + " %d}}";
    HealthCheck check =
        new HealthCheck(
            "health-%s.example.org/v1".formatted(bench.namespace),
            "Widget",
            Optional.empty(),
            Optional.of("spec.size > 3"),
            "spec.size <= 3");

    bench.targets.send(
        bench.targets.target(
            "shop", 1, policy(Optional.empty(), check), widget.formatted(bench.namespace, 5)));
    assertThat(awaited(1, HealthIT::isDegraded).observed().unhealthy().getFirst().reason())
        .contains("spec.size > 3");

    bench.targets.send(
        bench.targets.target(
            "shop", 2, policy(Optional.empty()), widget.formatted(bench.namespace, 5)));
    awaited(2, HealthIT::isHealthy);
  }
}
