package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Default values of a structural schema. */
final class StructuralDefaults {
  private StructuralDefaults() {}

  static void fill(JsonNode schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      schema
          .path("properties")
          .properties()
          .forEach(
              property -> {
                JsonNode otherwise = property.getValue().get("default");
                if (otherwise != null && !object.has(property.getKey())) {
                  object.set(property.getKey(), otherwise.deepCopy());
                }
                if (object.has(property.getKey())) {
                  fill(property.getValue(), object.path(property.getKey()));
                }
              });
      if (schema.path("additionalProperties").isObject()) {
        object.forEach(child -> fill(schema.path("additionalProperties"), child));
      }
    } else if (value.isArray()) {
      value.forEach(item -> fill(schema.path("items"), item));
    }
  }
}
