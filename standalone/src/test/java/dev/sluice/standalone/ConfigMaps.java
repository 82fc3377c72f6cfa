package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;

/** ConfigMaps of a namespace, with which tests observe what is applied. */
record ConfigMaps(KubernetesClient client, String namespace) {

  Optional<ConfigMap> find(String name) {
    return Optional.ofNullable(client.configMaps().inNamespace(namespace).withName(name).get());
  }

  /** Returns the value of a ConfigMap's key {@code value}; empty if there is none. */
  Optional<String> value(String name) {
    return value(name, "value");
  }

  /** Returns the value of a ConfigMap's key; empty if there is none. */
  Optional<String> value(String name, String key) {
    return find(name).map(configMap -> configMap.getData().get(key));
  }

  /** Waits until the key {@code value} of a ConfigMap has this value. */
  void awaitValue(String name, String value) {
    patiently().untilAsserted(() -> assertThat(value(name)).contains(value));
  }

  /** Counts the ConfigMaps whose key {@code value} has this value. */
  long countWithValue(String value) {
    return client.configMaps().inNamespace(namespace).list().getItems().stream()
        .filter(
            configMap ->
                configMap.getData() != null && value.equals(configMap.getData().get("value")))
        .count();
  }

  /** Returns the application that owns a ConfigMap; empty if it does not exist. */
  Optional<String> owner(String name) {
    return find(name)
        .map(configMap -> configMap.getMetadata().getLabels().get(Ownership.APPLICATION_LABEL));
  }

  String uid(String name) {
    return find(name).orElseThrow().getMetadata().getUid();
  }

  /** Changes the key {@code value} of a ConfigMap, as another user of the cluster. */
  void edit(String name, String value) {
    client
        .configMaps()
        .inNamespace(namespace)
        .withName(name)
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"data\": {\"value\": \"%s\"}}".formatted(value));
  }
}
