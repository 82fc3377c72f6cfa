package dev.sluice.worker.fields;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.manifest.CanonicalJson;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.Optional;
import java.util.Set;

/**
 * The names of the fields that Sluice applied last to an object whose API knows no server-side
 * apply, as an annotation of the object: {@code {"spec":{"ports":[{"port":0}]}}}. It replaces
 * {@code managedFields}, which such APIs do not keep, and has no values: these may be confidential.
 * Pure.
 *
 * <p>Every user who may write the object may write the annotation, so it is untrusted: an
 * unreadable one names no fields.
 */
public final class LastApplied {

  /** The annotation. */
  public static final String ANNOTATION = "sluice.dev/last-applied";

  /** Annotations that each write sets, and that are compared by themselves. */
  private static final Set<String> OF_EACH_WRITE =
      Set.of(ANNOTATION, Ownership.GENERATION_ANNOTATION);

  private static final IntNode VALUE = IntNode.valueOf(0);
  private static final int DIGEST_LENGTH = 16;

  private LastApplied() {}

  /** Returns the object as it is written: with the annotation that names its fields. */
  public static ObjectNode annotated(ObjectNode desired) {
    ObjectNode annotated = SharedNodes.copy(desired);
    ObjectNode metadata = SharedNodes.own(annotated, "metadata");
    SharedNodes.own(metadata, "annotations").put(ANNOTATION, names(desired).toString());
    return annotated;
  }

  /** Returns the names of an object's fields; every value is 0. */
  static JsonNode names(ObjectNode desired) {
    ObjectNode names = (ObjectNode) namesBelow(desired);
    if (names.at("/metadata/annotations") instanceof ObjectNode annotations) {
      annotations.remove(OF_EACH_WRITE);
    }
    if (names.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove(Set.of("resourceVersion", "uid"));
    }
    return names;
  }

  private static JsonNode namesBelow(JsonNode desired) {
    return switch (desired) {
      case ObjectNode object -> {
        ObjectNode names = object.objectNode();
        object.forEachEntry((name, value) -> names.set(name, namesBelow(value)));
        yield names;
      }
      case ArrayNode list -> {
        ArrayNode names = list.arrayNode(list.size());
        list.forEach(element -> names.add(namesBelow(element)));
        yield names;
      }
      default -> VALUE;
    };
  }

  /** Returns the fields that the annotation of a live object names; missing if it names none. */
  static JsonNode of(JsonNode live) {
    String text = live.path("metadata").path("annotations").path(ANNOTATION).asText("");
    try {
      return text.isEmpty() ? MissingNode.getInstance() : Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /**
   * Returns a short digest of the values that a live object has in the fields that Sluice applied
   * last; empty if that is not known. The fields of others do not change it.
   */
  public static Optional<String> digest(JsonNode live) {
    JsonNode names = of(live);
    if (!names.isObject()) {
      return Optional.empty();
    }
    String digest = CanonicalJson.sha256(values(names, live));
    return Optional.of(digest.substring(0, DIGEST_LENGTH));
  }

  private static JsonNode values(JsonNode names, JsonNode live) {
    if (names.isObject() && live.isObject()) {
      ObjectNode values = JsonNodeFactory.instance.objectNode();
      names
          .properties()
          .forEach(
              name -> {
                JsonNode value = live.path(name.getKey());
                if (!value.isMissingNode()) {
                  values.set(name.getKey(), values(name.getValue(), value));
                }
              });
      return values;
    }
    if (names.isArray() && live.isArray()) {
      ArrayNode values = JsonNodeFactory.instance.arrayNode(live.size());
      for (int i = 0; i < live.size(); i++) {
        values.add(values(names.path(i), live.get(i)));
      }
      return values;
    }
    return live;
  }
}
