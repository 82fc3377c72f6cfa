package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.NamespaceCreation;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.Optional;

/** The manifest of a namespace to which the application's policy gives labels or annotations. */
public final class NamespaceManifest {

  /** The field of an application that stands for the manifest in messages. */
  private static final String SOURCE = "policy.namespaceMetadata";

  private NamespaceManifest() {}

  /**
   * Returns the manifest of an application's namespace; empty if the policy states nothing about
   * it, or if a manifest declares it.
   */
  public static Optional<Manifest> of(ApplicationSpec spec, List<Manifest> manifests) {
    boolean isDeclared =
        manifests.stream()
            .map(Manifest::ref)
            .anyMatch(
                ref ->
                    ref.groupKind().equals(GroupKind.NAMESPACE)
                        && ref.name().equals(spec.namespace()));
    return spec.policy()
        .createNamespace()
        .filter(creation -> !creation.isPlain() && !isDeclared)
        .map(creation -> manifest(spec.namespace(), creation));
  }

  private static Manifest manifest(String name, NamespaceCreation creation) {
    ObjectNode content = Json.mapper().createObjectNode();
    content.put("apiVersion", "v1").put("kind", "Namespace");
    ObjectNode metadata = content.putObject("metadata").put("name", name);
    ObjectNode labels = metadata.putObject("labels");
    creation.labels().forEach(labels::put);
    ObjectNode annotations = metadata.putObject("annotations");
    creation.annotations().forEach(annotations::put);
    annotations.put("sluice.dev/prune", "disabled");
    return new Manifest(new ObjectRef("v1", "Namespace", "", name), content, SOURCE);
  }
}
