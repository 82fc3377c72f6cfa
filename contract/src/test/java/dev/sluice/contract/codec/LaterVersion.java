package dev.sluice.contract.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;

/**
 * An event as a later version may write it: with further fields in each object, other values of
 * enumerations and other variants.
 */
final class LaterVersion {

  private final JsonNode document;

  private LaterVersion(JsonNode document) {
    this.document = document;
  }

  /** Returns the event of a later version, by the schema of this version. */
  static JsonNode of(JsonNode event, JsonNode schema) {
    return new LaterVersion(schema).changed(event, schema);
  }

  private JsonNode changed(JsonNode value, JsonNode schema) {
    if (schema.has("$ref")) {
      return changed(value, document.at(schema.get("$ref").asText().substring(1)));
    }
    if (schema.has("anyOf")) {
      ObjectNode other = Json.mapper().createObjectNode();
      schema
          .get("anyOf")
          .forEach(
              variant ->
                  variant
                      .path("required")
                      .forEach(name -> other.put(name.asText(), "added-later")));
      return other;
    }
    if (schema.has("examples")) {
      return Json.mapper().getNodeFactory().textNode("ADDED_LATER");
    }
    if (value.isArray()) {
      ArrayNode items = Json.mapper().createArrayNode();
      value.forEach(item -> items.add(changed(item, schema.get("items"))));
      return items;
    }
    if (!value.isObject()) {
      return value;
    }
    ObjectNode object = Json.mapper().createObjectNode();
    if (schema.has("additionalProperties")) {
      value
          .properties()
          .forEach(
              entry ->
                  object.set(
                      entry.getKey(),
                      changed(entry.getValue(), schema.get("additionalProperties"))));
      return object;
    }
    value
        .properties()
        .forEach(
            field -> {
              JsonNode known = schema.at("/properties/" + field.getKey());
              if (known.isMissingNode()) {
                throw new AssertionError("the schema lacks " + field.getKey());
              }
              object.set(field.getKey(), changed(field.getValue(), known));
            });
    object.putObject("addedLater").put("of", "any type");
    return object;
  }
}
