package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.Generation;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class ObjectTreeIT {

  private final Bench bench = new Bench();
  private final Questions questions = new Questions(bench);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void listsEachObjectAboveThoseThatItOwns() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("b", "first")));
    bench.targets.send(bench.targets.target("other", 1, configMap("c", "first")));
    bench.awaitApplied("web", 1);
    bench.awaitApplied("other", 1);
    String job = job("a-job", owner("v1", "ConfigMap", configMapUid("a"), "a"));
    claim("a-claim", owner("batch/v1", "Job", job, "a-job"));
    claim("c-claim", owner("v1", "ConfigMap", configMapUid("c"), "c"));

    ObjectsAnswered answered = questions.askObjects("web");

    assertThat(answered.by()).isEqualTo("cat");
    assertThat(answered.generation()).contains(Generation.FIRST);
    assertThat(answered.failure()).isEmpty();
    assertThat(answered.unlisted()).isEmpty();
    assertThat(answered.omitted()).isZero();
    assertThat(answered.objects())
        .extracting(node -> node.depth() + " " + node.object().kind() + " " + node.object().name())
        .containsExactly(
            "0 ConfigMap a", "1 Job a-job", "2 PersistentVolumeClaim a-claim", "0 ConfigMap b");
    assertThat(answered.objects())
        .extracting(ObjectsAnswered.Node::health)
        .containsExactly(Health.HEALTHY, Health.SUSPENDED, Health.PROGRESSING, Health.HEALTHY);
    assertThat(answered.objects().get(2).reason()).isEqualTo("waits for a volume");
  }

  @Test
  void aHookThatWasDeletedIsNotMissing() {
    bench.worker("one");
    String hook =
        configMap("notify", "first")
            .replaceFirst(
                "metadata:\n",
                "metadata:\n  annotations: {argocd.argoproj.io/hook: PostSync,"
                    + " argocd.argoproj.io/hook-delete-policy: HookSucceeded}\n");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first"), hook));
    bench.awaitApplied("web", 1);

    assertThat(questions.askObjects("web").objects())
        .extracting(node -> node.object().name())
        .containsExactly("a");
  }

  @Test
  void aKindThatMayNotBeReadIsNamedAndTheRestIsListed() {
    assumeTrue(bench.fixture.isSimulated(), "needs faults");
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("b", "first")));
    bench.awaitApplied("web", 1);
    try (var _ = forbidden("/configmaps/b");
        var _ = forbidden("/jobs")) {
      ObjectsAnswered answered = questions.askObjects("web");

      assertThat(answered.failure()).isEmpty();
      assertThat(answered.unlisted())
          .containsExactly(
              "ConfigMap in %s (403 Forbidden)".formatted(bench.namespace),
              "Job in %s (403 Forbidden)".formatted(bench.namespace));
      assertThat(answered.objects())
          .extracting(node -> node.object().name() + " " + node.health().word())
          .containsExactly("a Healthy", "b Unknown");
    }
  }

  private FaultInjector.Registration forbidden(String path) {
    return bench
        .fixture
        .simulatedCluster()
        .faults()
        .inject(
            request -> request.path().endsWith(path) && !request.isWrite(),
            new Fault.Fail(403, "Forbidden", "a test's fault"));
  }

  @Test
  void anApplicationWithoutALedgerHasNoObjects() {
    bench.worker("one");

    ObjectsAnswered answered = questions.askObjects("nothing");

    assertThat(answered.generation()).isEmpty();
    assertThat(answered.objects()).isEmpty();
    assertThat(answered.failure()).isEmpty();
  }

  private String configMapUid(String name) {
    return bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName(name)
        .get()
        .getMetadata()
        .getUid();
  }

  private static OwnerReference owner(String apiVersion, String kind, String uid, String name) {
    return new OwnerReferenceBuilder()
        .withApiVersion(apiVersion)
        .withKind(kind)
        .withUid(uid)
        .withName(name)
        .build();
  }

  /** Creates a suspended job, for which no controller makes a pod, and returns its uid. */
  private String job(String name, OwnerReference owner) {
    return bench
        .fixture
        .client()
        .resource(
            new JobBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName(name)
                .withOwnerReferences(List.of(owner))
                .endMetadata()
                .withNewSpec()
                .withSuspend(true)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("one")
                .withImage("one")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create()
        .getMetadata()
        .getUid();
  }

  private void claim(String name, OwnerReference owner) {
    var unused =
        bench
            .fixture
            .client()
            .resource(
                new PersistentVolumeClaimBuilder()
                    .withNewMetadata()
                    .withNamespace(bench.namespace)
                    .withName(name)
                    .withOwnerReferences(List.of(owner))
                    .endMetadata()
                    .withNewSpec()
                    .withAccessModes("ReadWriteOnce")
                    .withNewResources()
                    .withRequests(Map.of("storage", new Quantity("1Gi")))
                    .endResources()
                    .endSpec()
                    .build())
            .create();
  }
}
