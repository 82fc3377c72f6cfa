package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.schema.Type;
import org.jspecify.annotations.Nullable;

/** Removal of a set of paths from a value. */
final class Removal {
  private Removal() {}

  /** Returns the value without the given paths, or an empty object if nothing is left. */
  static JsonNode of(Type type, JsonNode value, FieldSet paths) {
    JsonNode result = remove(type, value, paths);
    return result == null ? JsonNodeFactory.instance.objectNode() : result;
  }

  private static @Nullable JsonNode remove(Type type, JsonNode value, FieldSet paths) {
    return switch (Shape.of(type, value)) {
      case LEAF -> value;
      case MAP -> value.isObject() && !value.isEmpty() ? map(type, value, paths) : value;
      case LIST ->
          value.isArray() && !value.isEmpty() ? list((Type.ListOf) type, value, paths) : value;
    };
  }

  private static @Nullable JsonNode map(Type type, JsonNode value, FieldSet paths) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    value
        .properties()
        .forEach(
            entry -> {
              PathElement step = new PathElement.Name(entry.getKey());
              if (paths.has(step)) {
                return;
              }
              FieldSet below = paths.below(step);
              JsonNode kept =
                  below.isEmpty()
                      ? entry.getValue()
                      : remove(Shape.child(type, entry.getKey()), entry.getValue(), below);
              if (kept != null) {
                result.set(entry.getKey(), kept);
              }
            });
    return result.isEmpty() ? null : result;
  }

  private static @Nullable JsonNode list(Type.ListOf type, JsonNode value, FieldSet paths) {
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    for (JsonNode item : value) {
      PathElement step = Shape.element(type, item);
      if (paths.has(step)) {
        continue;
      }
      FieldSet below = paths.below(step);
      JsonNode kept = below.isEmpty() ? item : remove(type.element(), item, below);
      if (kept != null) {
        result.add(kept);
      }
    }
    return result.isEmpty() ? null : result;
  }
}
