package dev.sluice.simulated.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/** Identity of an object of a resource: its namespace, empty if it has none, and its name. */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {
  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::namespace).thenComparing(ObjectKey::name);

  /** Returns the key of an object from its metadata. */
  public static ObjectKey of(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return new ObjectKey(metadata.path("namespace").asText(), metadata.path("name").asText());
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }
}
