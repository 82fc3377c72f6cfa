package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.Change;
import dev.sluice.simulated.store.ObjectKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Deletion of objects without a remaining owner, and of references to deleted owners.
 *
 * <p>It follows the changes of the store, so that a deletion costs as much as the deleted object
 * has dependents.
 */
final class GarbageCollector {
  private final Cluster cluster;
  private final Set<String> alive = new HashSet<>();
  private final Map<String, Set<Place>> dependents = new HashMap<>();
  private final Set<Place> suspects = new LinkedHashSet<>();

  GarbageCollector(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Place of an object in the store. */
  private record Place(String resource, ObjectKey key) {}

  /** Reads the objects of the store, and then follows its changes. */
  void start() {
    for (ResourceType type : cluster.catalog().stored()) {
      for (ObjectNode object : cluster.store().list(type.groupResource(), Optional.empty())) {
        added(new Place(type.groupResource(), ObjectKey.of(object)), object);
      }
    }
    cluster.store().listen(this::changed);
  }

  private void changed(Change change) {
    Place place = new Place(change.resource(), ObjectKey.of(change.after()));
    boolean deleted = change.kind() == Change.Kind.DELETED;
    if (change.before().isPresent()) {
      ObjectNode before = change.before().get();
      if (!deleted && owners(before).equals(owners(change.after()))) {
        return;
      }
      removed(place, before);
    }
    if (deleted) {
      suspects.addAll(dependents.getOrDefault(uid(change.after()), Set.of()));
    } else {
      added(place, change.after());
    }
  }

  private void added(Place place, JsonNode object) {
    alive.add(uid(object));
    for (JsonNode owner : owners(object)) {
      dependents.computeIfAbsent(owner.path("uid").asText(), u -> new LinkedHashSet<>()).add(place);
      suspects.add(place);
    }
  }

  private void removed(Place place, JsonNode object) {
    alive.remove(uid(object));
    for (JsonNode owner : owners(object)) {
      dependents.computeIfPresent(
          owner.path("uid").asText(),
          (uid, places) -> {
            places.remove(place);
            return places.isEmpty() ? null : places;
          });
    }
  }

  /** Returns whether objects may have lost an owner since the last sweep. */
  boolean isNeeded() {
    return !suspects.isEmpty();
  }

  /** Checks the objects that may have lost an owner; their deletion may affect further ones. */
  void sweep(ObjectRemover remover) {
    List<Place> checked = List.copyOf(suspects);
    suspects.clear();
    for (Place place : checked) {
      Optional<ObjectNode> found = cluster.store().get(place.resource(), place.key());
      if (found.isPresent()) {
        check(remover, type(place), found.get());
      }
    }
  }

  private void check(ObjectRemover remover, ResourceType type, ObjectNode object) {
    JsonNode owners = owners(object);
    Predicate<JsonNode> lives = owner -> alive.contains(owner.path("uid").asText());
    long left = owners.valueStream().filter(lives).count();
    if (left == 0 && !owners.isEmpty()) {
      remover.remove(type, object, false);
    } else if (left < owners.size()) {
      retain(type, object, lives);
    }
  }

  /** Removes an owner's references from its dependents, so that they outlive it. */
  void orphanDependentsOf(ObjectNode owner) {
    String uid = uid(owner);
    for (Place place : List.copyOf(dependents.getOrDefault(uid, Set.of()))) {
      cluster
          .store()
          .get(place.resource(), place.key())
          .ifPresent(
              object -> retain(type(place), object, o -> !o.path("uid").asText().equals(uid)));
    }
  }

  private ResourceType type(Place place) {
    return cluster.catalog().stored().stream()
        .filter(type -> type.groupResource().equals(place.resource()))
        .findFirst()
        .orElseThrow();
  }

  private void retain(ResourceType type, ObjectNode object, Predicate<JsonNode> kept) {
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

  private static JsonNode owners(JsonNode object) {
    return object.path("metadata").path("ownerReferences");
  }

  private static String uid(JsonNode object) {
    return object.path("metadata").path("uid").asText();
  }
}
