package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that the API server refuses, beside others that it accepts. */
@Tag("kubernetes")
final class RefusedObjectsIT {

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
  void theOtherObjectsOfTheStageAreAppliedAndNothingIsDeleted() {
    bench.worker("one");
    apply("web", 1, sealed("s", "1"), configMap("z", "1"), configMap("old", "1"));

    bench.targets.send(
        bench.targets.target(
            "web", 2, noAccount(), sealed("s", "2"), statefulSet("q"), configMap("z", "2")));

    Failure failure = bench.awaitParked("web");
    assertThat(failure.code()).isEqualTo(ApplyFailure.INVALID);
    assertThat(failure.message())
        .startsWith("2 objects could not be applied: ")
        .contains("ServiceAccount %s/No_Name: ".formatted(bench.namespace))
        .contains("ConfigMap %s/s: ".formatted(bench.namespace));
    assertThat(bench.value("z")).contains("2");
    assertThat(statefulSetExists("q")).isTrue();
    assertThat(bench.value("old")).contains("1");

    apply("web", 3, sealed("s", "1"), configMap("z", "2"));
    assertThat(bench.object("old")).isEmpty();
    assertThat(statefulSetExists("q")).isFalse();
  }

  @Test
  void aRefusedDefinitionHoldsTheLaterStages() {
    bench.worker("one");

    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            configMap("a", "1"),
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: No_Name}"));

    assertThat(bench.awaitParked("web").object().orElseThrow().kind()).isEqualTo("Namespace");
    assertThat(bench.object("a")).isEmpty();
  }

  @Test
  void manyRefusalsAreNamedInPart() {
    bench.worker("one");
    String[] manifests =
        IntStream.range(0, 40)
            .mapToObj(i -> configMap("a", "1").replace("name: a", "name: No_Name_" + i))
            .toArray(String[]::new);

    bench.targets.send(bench.targets.target("web", 1, manifests));

    assertThat(bench.awaitParked("web").message())
        .startsWith("40 objects could not be applied: ")
        .endsWith("; and 35 more")
        .hasSizeLessThan(Failure.MAX_MESSAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sluice.dev/replace: enabled",
        "kustomize.toolkit.fluxcd.io/force: enabled",
        "argocd.argoproj.io/sync-options: 'Replace=true,Force=true'"
      })
  void anObjectWithAChangedImmutableFieldIsReplacedIfAnAnnotationAsksForIt(String annotation) {
    bench.worker("one");
    apply("web", 1, annotated(sealed("s", "1"), annotation));
    String uid = bench.object("s").orElseThrow().getMetadata().getUid();

    apply("web", 2, annotated(sealed("s", "2"), annotation));

    assertThat(bench.value("s")).contains("2");
    assertThat(bench.object("s").orElseThrow().getMetadata().getUid()).isNotEqualTo(uid);
  }

  @Test
  void theGuardDoesNotCountObjectsThatAreGone() {
    bench.worker("one");
    apply(
        "web",
        1,
        configMap("a", "1"),
        configMap("b", "1"),
        configMap("c", "1"),
        configMap("d", "1"));
    for (String gone : new String[] {"b", "c", "d"}) {
      bench.fixture.client().configMaps().inNamespace(bench.namespace).withName(gone).delete();
    }

    apply("web", 2, configMap("a", "1"));

    assertThat(bench.object("a")).isPresent();
  }

  private void apply(String application, long generation, String... manifests) {
    bench.targets.send(bench.targets.target(application, generation, manifests));
    bench.awaitApplied(application, generation);
  }

  private static String noAccount() {
    return """
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: No_Name}
    """;
  }

  private static String sealed(String name, String value) {
    return configMap(name, value) + "\nimmutable: true\n";
  }

  private static String annotated(String manifest, String annotation) {
    return manifest.replace("metadata:\n", "metadata:\n  annotations: {" + annotation + "}\n");
  }

  private static String statefulSet(String name) {
    return """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: %1$s}
    spec:
      replicas: 0
      serviceName: %1$s
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec: {containers: [{name: c, image: "registry.local/c:1"}]}
    """
        .formatted(name);
  }

  private boolean statefulSetExists(String name) {
    return bench
            .fixture
            .client()
            .apps()
            .statefulSets()
            .inNamespace(bench.namespace)
            .withName(name)
            .get()
        != null;
  }
}
