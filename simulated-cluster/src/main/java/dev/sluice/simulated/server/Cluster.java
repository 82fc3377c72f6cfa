package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceCatalog;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.ObjectKey;
import dev.sluice.simulated.store.Store;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** State shared by all operations: objects, resources and the clock. Used from one thread. */
public record Cluster(Store store, ResourceCatalog catalog, Clock clock) {

  /** Returns the current time in the format of object metadata: RFC 3339 in whole seconds. */
  String now() {
    return at(clock.instant());
  }

  /** Returns a time in the format of object metadata. */
  String at(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  Optional<ObjectNode> find(ResourceType type, ObjectKey key) {
    return store.get(type.storedAs(), key).map(type::served);
  }

  /**
   * Returns the object with a key, in the version of the type.
   *
   * @throws ApiException 404 if there is none
   */
  ObjectNode get(ResourceType type, ObjectKey key) {
    return find(type, key)
        .orElseThrow(() -> ApiException.notFound(type.groupResource(), key.name()));
  }

  Optional<ObjectNode> namespace(String name) {
    return store.get("namespaces", new ObjectKey("", name));
  }

  /** Stores an object of a type and returns it with its new resource version. */
  ObjectNode put(ResourceType type, ObjectNode object) {
    return type.served(store.put(type.storedAs(), type.stored(object)));
  }

  /** Removes an object and returns its last state. */
  ObjectNode remove(ResourceType type, ObjectKey key) {
    return type.served(store.remove(type.storedAs(), key));
  }

  /** Returns an object of a type with only its kind. */
  static ObjectNode blank(ResourceType type) {
    ObjectNode blank = JsonNodeFactory.instance.objectNode();
    blank.put("apiVersion", type.groupVersion().apiVersion()).put("kind", type.kind());
    return blank;
  }
}
