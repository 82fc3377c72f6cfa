package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.admission.Definitions;
import dev.sluice.simulated.resource.GroupVersion;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.schema.StructuralSchema;
import dev.sluice.simulated.store.Change;
import dev.sluice.simulated.store.ObjectKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Registration of the resources of CustomResourceDefinitions as soon as they are stored. */
final class CustomResources {
  static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

  private final Cluster cluster;

  CustomResources(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Registers the existing definitions and follows later ones. */
  void start() {
    cluster.store().list(DEFINITIONS, Optional.empty()).forEach(this::register);
    cluster.store().listen(this::changed);
  }

  private void changed(Change change) {
    if (!change.resource().equals(DEFINITIONS)) {
      return;
    }
    if (change.kind() == Change.Kind.DELETED) {
      cluster.catalog().unregister(ObjectKey.of(change.after()).name());
    } else {
      register(change.after());
    }
  }

  /** Accepts the names of new definitions. */
  void establish() {
    for (ObjectNode definition : List.copyOf(cluster.store().list(DEFINITIONS, Optional.empty()))) {
      if (Definitions.isNew(definition)) {
        ObjectNode established = definition.deepCopy();
        Definitions.establish(established, cluster.now());
        cluster.store().put(DEFINITIONS, established);
      }
    }
  }

  private void register(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    List<ResourceType> versions = new ArrayList<>();
    for (JsonNode version : spec.path("versions")) {
      if (version.path("served").asBoolean()) {
        versions.add(type(spec, version));
      }
    }
    cluster.catalog().register(ObjectKey.of(definition).name(), versions);
  }

  private ResourceType type(JsonNode spec, JsonNode version) {
    JsonNode names = spec.path("names");
    String kind = names.path("kind").asText();
    Set<String> subresources = new HashSet<>();
    version.path("subresources").fieldNames().forEachRemaining(subresources::add);
    return new ResourceType(
        new GroupVersion(spec.path("group").asText(), version.path("name").asText()),
        new ResourceType.Names(
            names.path("plural").asText(),
            names.path("singular").asText(),
            kind,
            texts(names.path("shortNames")),
            texts(names.path("categories"))),
        spec.path("scope").asText().equals("Namespaced"),
        StructuralSchema.typeOf(
            kind,
            version.path("schema").path("openAPIV3Schema"),
            cluster.catalog().types().type("ObjectMeta")),
        new ResourceType.Traits(subresources, Optional.of(version), Optional.empty()));
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }

  /**
   * Deletes the resources of definitions that are being deleted, and then removes their finalizer.
   */
  void sweep(ObjectRemover remover) {
    ResourceType definitions = cluster.catalog().builtIn("CustomResourceDefinition");
    for (ObjectNode definition : List.copyOf(cluster.store().list(DEFINITIONS, Optional.empty()))) {
      if (!definition.path("metadata").has("deletionTimestamp")) {
        continue;
      }
      List<ResourceType> versions = cluster.catalog().versionsOf(ObjectKey.of(definition).name());
      if (versions.isEmpty() || emptied(versions.getFirst(), remover)) {
        remover.finish(definitions, definition, "metadata", Definitions.CLEANUP);
      }
    }
  }

  private boolean emptied(ResourceType type, ObjectRemover remover) {
    String resource = type.groupResource();
    List.copyOf(cluster.store().list(resource, Optional.empty()))
        .forEach(object -> remover.remove(type, object, false));
    return cluster.store().list(resource, Optional.empty()).isEmpty();
  }
}
