package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** Deletion of objects without a remaining owner, and of references to deleted owners. */
final class GarbageCollector {
  private final Cluster cluster;

  GarbageCollector(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Checks every object with an owner; a deletion may make further objects collectable. */
  void sweep(ObjectRemover remover) {
    Set<String> alive = new HashSet<>();
    each((type, object) -> alive.add(object.path("metadata").path("uid").asText()));
    each(
        (type, object) -> {
          JsonNode owners = object.path("metadata").path("ownerReferences");
          long gone =
              owners.valueStream().filter(o -> !alive.contains(o.path("uid").asText())).count();
          if (gone == 0) {
            return;
          }
          if (gone == owners.size()) {
            remover.remove(type, object, false);
          } else {
            retain(type, object, o -> alive.contains(o.path("uid").asText()));
          }
        });
  }

  /** Removes an owner's references from its dependents, so that they outlive it. */
  void orphanDependentsOf(ObjectNode owner) {
    String uid = owner.path("metadata").path("uid").asText();
    each(
        (type, object) -> {
          JsonNode owners = object.path("metadata").path("ownerReferences");
          if (owners.valueStream().anyMatch(o -> o.path("uid").asText().equals(uid))) {
            retain(type, object, o -> !o.path("uid").asText().equals(uid));
          }
        });
  }

  private void retain(
      ResourceType type, ObjectNode object, java.util.function.Predicate<JsonNode> kept) {
    ObjectNode next = object.deepCopy();
    ObjectNode metadata = next.withObject("/metadata");
    if (metadata.path("ownerReferences") instanceof ArrayNode references) {
      List<JsonNode> left = references.valueStream().filter(kept).toList();
      references.removeAll();
      references.addAll(left);
      if (left.isEmpty()) {
        metadata.remove("ownerReferences");
      }
    }
    cluster.put(type, next);
  }

  private void each(BiConsumer<ResourceType, ObjectNode> visitor) {
    for (ResourceType type : cluster.catalog().stored()) {
      for (ObjectNode object :
          List.copyOf(cluster.store().list(type.groupResource(), java.util.Optional.empty()))) {
        visitor.accept(type, object);
      }
    }
  }
}
