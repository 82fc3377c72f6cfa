package dev.sluice.simulated.server;

import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Objects that the controllers of a cluster create in every namespace, and create again when they
 * are deleted: the ServiceAccount {@code default} and the ConfigMap {@code kube-root-ca.crt}.
 */
final class Furnishing {
  private static final String MANAGER = "kube-controller-manager/v1.37.0";

  /** The certificate is empty, since the API server has none. */
  private static final String ROOT_CERTIFICATE =
      """
      {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt",
        "annotations": {"kubernetes.io/description": "Contains a CA bundle of the API server."}},
        "data": {"ca.crt": ""}}
      """;

  private static final String SERVICE_ACCOUNT =
      """
      {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
      """;

  private final Cluster cluster;
  private final ObjectWriter writer;

  Furnishing(Cluster cluster) {
    this.cluster = cluster;
    this.writer = new ObjectWriter(cluster);
  }

  /** Creates what namespaces lack, except those that are being deleted. */
  void sweep() {
    List<String> namespaces =
        cluster.store().list("namespaces", Optional.empty()).stream()
            .filter(namespace -> !namespace.path("metadata").has("deletionTimestamp"))
            .map(namespace -> namespace.path("metadata").path("name").asText())
            .toList();
    for (String namespace : namespaces) {
      ensure("ConfigMap", namespace, "kube-root-ca.crt", ROOT_CERTIFICATE);
      ensure("ServiceAccount", namespace, "default", SERVICE_ACCOUNT);
    }
  }

  private void ensure(String kind, String namespace, String name, String manifest) {
    ResourceType type = cluster.catalog().builtIn(kind);
    if (cluster.find(type, new ObjectKey(namespace, name)).isEmpty()) {
      writer.create(
          new ApiRequest(
              type,
              namespace,
              "",
              Optional.empty(),
              new ApiRequest.Call("POST", Map.of(), "application/json", manifest, MANAGER)));
    }
  }
}
