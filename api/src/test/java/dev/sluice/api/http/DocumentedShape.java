package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/** Checks answers against the schemas of the OpenAPI document. */
final class DocumentedShape {

  private DocumentedShape() {}

  /** Checks a value against the subset of JSON Schema that the document uses. */
  static void assertFits(JsonNode document, JsonNode schema, JsonNode value, String where) {
    if (schema.has("$ref")) {
      JsonNode named = document.at(schema.get("$ref").asText().substring(1));
      assertThat(named.isMissingNode()).as(where + ": " + schema).isFalse();
      assertFits(document, named, value, where);
      return;
    }
    switch (schema.path("type").asText()) {
      case "string" -> assertThat(value.isTextual()).as(where).isTrue();
      case "integer" -> assertThat(value.isIntegralNumber()).as(where).isTrue();
      case "boolean" -> assertThat(value.isBoolean()).as(where).isTrue();
      case "array" -> {
        assertThat(value.isArray()).as(where).isTrue();
        value.forEach(item -> assertFits(document, schema.get("items"), item, where + "[]"));
      }
      case "object" -> {
        assertThat(value.isObject()).as(where).isTrue();
        schema
            .path("required")
            .forEach(name -> assertThat(value.has(name.asText())).as(where + "." + name).isTrue());
        JsonNode properties = schema.get("properties");
        if (properties != null) {
          value
              .properties()
              .forEach(
                  entry -> {
                    assertThat(properties.has(entry.getKey()))
                        .as(where + "." + entry.getKey())
                        .isTrue();
                    assertFits(
                        document,
                        properties.get(entry.getKey()),
                        entry.getValue(),
                        where + "." + entry.getKey());
                  });
        }
      }
      default -> assertThat(schema.has("oneOf") || schema.isEmpty()).as(where).isTrue();
    }
  }
}
