package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job: a push reaches the clusters. */
@Tag("kubernetes")
class PushIT {

  @TempDir Path directory;
  private Scenario scenario;
  private String namespace;

  @BeforeEach
  void twoApplications() throws Exception {
    scenario = Scenario.in(directory, STAGING, PRODUCTION);
    namespace = scenario.namespace();
    scenario.client(PRODUCTION).namespaces().resource(namespaceObject()).create();
    scenario.fleet().application("plain", "plain", namespace, STAGING, PRODUCTION);
    scenario.fleet().application("overlay", "overlays/staging", namespace, STAGING);
    scenario.commit(
        Map.of(
            "plain/configmap.yaml",
            configMap("plain", "one"),
            "base/configmap.yaml",
            configMap("based", "one"),
            "base/kustomization.yaml",
            "resources: [configmap.yaml]\n",
            "overlays/staging/kustomization.yaml",
            "resources: [../../base]\nnamePrefix: s-\n"));
  }

  @Test
  void aPushReachesBothClustersAndOnlyWhatItTouches() throws Exception {
    try (Scenario closing = scenario;
        OneProcess sluice = scenario.start()) {
      awaitValue("plain", "one");
      patiently().until(() -> scenario.configMaps().value("s-based").isPresent());
      String untouched = resourceVersion("s-based");

      scenario.push(sluice, Map.of("plain/configmap.yaml", configMap("plain", "two")));

      awaitValue("plain", "two");
      assertThat(resourceVersion("s-based")).isEqualTo(untouched);

      scenario.push(sluice, Map.of("base/configmap.yaml", configMap("based", "two")));
      patiently()
          .untilAsserted(() -> assertThat(scenario.configMaps().value("s-based")).contains("two"));
      scenario.verify();
      assertThat(closing).isNotNull();
    }
  }

  @Test
  void aWrongSignatureIsRefusedAndChangesNothing() throws Exception {
    try (Scenario closing = scenario;
        OneProcess sluice = scenario.start()) {
      awaitValue("plain", "one");
      CommitId commit = scenario.commit(Map.of("plain/configmap.yaml", configMap("plain", "two")));

      assertThat(scenario.webhook(sluice.webhookPort(), commit, "guessed")).isEqualTo(401);

      assertThat(scenario.configMaps().value("plain")).contains("one");
      assertThat(scenario.webhook(sluice.webhookPort(), commit)).isEqualTo(202);
      awaitValue("plain", "two");
      scenario.verify();
      assertThat(closing).isNotNull();
    }
  }

  private void awaitValue(String name, String value) {
    patiently()
        .untilAsserted(
            () -> {
              assertThat(scenario.configMaps().value(name)).contains(value);
              assertThat(scenario.configMaps(PRODUCTION, namespace).value(name)).contains(value);
            });
  }

  private String resourceVersion(String name) {
    return scenario
        .client(STAGING)
        .configMaps()
        .inNamespace(namespace)
        .withName(name)
        .get()
        .getMetadata()
        .getResourceVersion();
  }

  private io.fabric8.kubernetes.api.model.Namespace namespaceObject() {
    return new io.fabric8.kubernetes.api.model.NamespaceBuilder()
        .withNewMetadata()
        .withName(namespace)
        .endMetadata()
        .build();
  }
}
