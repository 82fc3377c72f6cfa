package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.NamespaceCreation;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker creates the namespaces of applications whose policies ask for it. */
@Tag("kubernetes")
final class NamespaceCreationIT {

  private final Bench bench = new Bench();
  private final String missing = bench.namespace + "-missing";
  private final Targets targets = new Targets(bench.kafka, bench.cluster, missing);

  @AfterEach
  void close() {
    bench.fixture.cleanUp(() -> bench.fixture.client().namespaces().withName(missing).delete());
    targets.close();
    bench.close();
  }

  private static Policy creating(Map<String, String> labels, Map<String, String> annotations) {
    return Targets.with(
        Policy.DEFAULT, "createNamespace", new NamespaceCreation(labels, annotations));
  }

  @Test
  void aMissingNamespaceIsCreatedAndBelongsToNoApplication() {
    bench.worker("one");
    Policy plain = creating(Map.of(), Map.of());
    targets.send(targets.target("shop", 1, configMap("web", "1")));
    assertThat(bench.awaitParked("shop").code()).isEqualTo(ApplyFailure.MISSING_NAMESPACE);
    String refused = "{apiVersion: v1, kind: Namespace, metadata: {name: No_Name}}";
    targets.send(targets.target("shop", 2, plain, configMap("web", "1"), refused));
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .anyMatch(parked -> parked.subject().generation().value() == 2));
    assertThat(new Questions(bench).ask("shop").differences())
        .filteredOn(difference -> difference.object().name().equals("web"))
        .extracting(ObjectDifference::kind)
        .containsExactly(ObjectDifference.Kind.CREATED);

    targets.send(targets.target("shop", 3, plain, configMap("web", "1"), configMap("api", "1")));
    targets.send(targets.target("blog", 1, plain, configMap("blog", "1")));
    bench.awaitApplied("shop", 3);
    bench.awaitApplied("blog", 1);

    assertThat(namespace().getMetadata().getLabels())
        .doesNotContainKeys(Ownership.APPLICATION_LABEL, Ownership.INSTALLATION_LABEL);
    remove("shop", 4);
    remove("blog", 2);
    assertThat(namespace().getStatus().getPhase()).isEqualTo("Active");
  }

  @Test
  void labelsAndAnnotationsAreAppliedAndChangeWithThePolicy() {
    assumeTrue(bench.fixture.readsJsonOfBuiltInKinds(), "labels are removed by a JSON patch");
    bench.worker("one");
    targets.send(
        targets.target(
            "shop", 1, creating(Map.of("team", "a"), Map.of("note", "b")), configMap("web", "1")));
    bench.awaitApplied("shop", 1);
    assertThat(namespace().getMetadata().getLabels()).containsEntry("team", "a");
    assertThat(namespace().getMetadata().getAnnotations()).containsEntry("note", "b");

    targets.send(
        targets.target("shop", 2, creating(Map.of("team", "c"), Map.of()), configMap("web", "1")));
    bench.awaitApplied("shop", 2);
    assertThat(namespace().getMetadata().getLabels()).containsEntry("team", "c");
    assertThat(namespace().getMetadata().getAnnotations()).doesNotContainKey("note");

    remove("shop", 3);
    assertThat(namespace().getStatus().getPhase()).isEqualTo("Active");
    assertThat(namespace().getMetadata().getLabels())
        .doesNotContainKey(Ownership.APPLICATION_LABEL);
  }

  @Test
  void aDeclaredNamespaceIsAppliedAsDeclared() {
    bench.worker("one");
    targets.send(
        targets.target(
            "shop",
            1,
            creating(Map.of("team", "a"), Map.of()),
            "{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: {team: git}}}"
                .formatted(missing),
            configMap("web", "1")));
    bench.awaitApplied("shop", 1);

    assertThat(namespace().getMetadata().getLabels()).containsEntry("team", "git");
  }

  private void remove(String application, long generation) {
    targets.send(targets.removal(application, generation, false));
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Removed.class).stream()
                    .anyMatch(it -> it.subject().application().value().equals(application)));
  }

  private Namespace namespace() {
    return bench.fixture.client().namespaces().withName(missing).get();
  }
}
