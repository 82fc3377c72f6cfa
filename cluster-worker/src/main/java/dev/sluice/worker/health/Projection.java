package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Excerpt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A set of fields to take from an object. Values of an unexpected type are left out, texts and
 * lists are limited, so that the result is small for any object. Projecting twice has the same
 * result as projecting once.
 */
final class Projection {

  private static final String ELEMENTS = "*";
  private static final int LONGEST_TEXT = 4_096;
  private static final int MOST_ELEMENTS = 256;

  private final Map<String, Projection> fields = new LinkedHashMap<>();

  /**
   * Creates a projection.
   *
   * @param paths of scalars, such as {@code spec/replicas}; an asterisk stands for all elements
   */
  Projection(List<String> paths) {
    for (String path : paths) {
      Projection place = this;
      for (String field : path.split("/", -1)) {
        place = place.fields.computeIfAbsent(field.replace("~1", "/"), _ -> new Projection());
      }
    }
  }

  private Projection() {}

  /** Returns the object's fields; empty if it is not an object. */
  ObjectNode of(JsonNode object) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    if (object.isObject()) {
      fields.forEach((name, field) -> field.copy(object.path(name), name, result));
    }
    return result;
  }

  private void copy(JsonNode value, String name, ObjectNode into) {
    if (fields.isEmpty()) {
      if (isScalar(value)) {
        into.set(name, limited(value));
      }
    } else if (fields.containsKey(ELEMENTS) && value.isArray()) {
      ArrayNode elements = into.putArray(name);
      for (int i = 0; i < Math.min(value.size(), MOST_ELEMENTS); i++) {
        fields.get(ELEMENTS).append(value.get(i), elements);
      }
    } else if (!fields.containsKey(ELEMENTS) && value.isObject()) {
      into.set(name, of(value));
    }
  }

  private void append(JsonNode element, ArrayNode into) {
    if (fields.isEmpty() && isScalar(element)) {
      into.add(limited(element));
    } else if (!fields.isEmpty() && element.isObject()) {
      into.add(of(element));
    }
  }

  private static boolean isScalar(JsonNode value) {
    return value.isTextual()
        || value.isBoolean()
        || (value.isIntegralNumber() && value.canConvertToLong());
  }

  private static JsonNode limited(JsonNode value) {
    return value.isTextual()
        ? JsonNodeFactory.instance.textNode(Excerpt.of(value.textValue(), LONGEST_TEXT))
        : value;
  }
}
