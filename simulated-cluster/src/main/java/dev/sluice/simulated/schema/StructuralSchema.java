package dev.sluice.simulated.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.schema.Type.Field;
import dev.sluice.simulated.schema.Type.ListKind;
import dev.sluice.simulated.schema.Type.ScalarKind;
import dev.sluice.simulated.schema.Type.Struct;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Conversion of a CustomResourceDefinition's structural OpenAPI schema to a type. */
public final class StructuralSchema {
  private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";

  private StructuralSchema() {}

  /**
   * Returns the type of a custom resource.
   *
   * @param schema the {@code openAPIV3Schema}; if absent, any content is allowed
   * @param metadata the type of object metadata
   */
  public static Struct typeOf(String kind, JsonNode schema, Struct metadata) {
    boolean open = schema.isMissingNode() || schema.path(PRESERVE).asBoolean();
    Struct struct = new Struct(kind, false, open);
    declare(struct, schema);
    struct.declare("apiVersion", new Field(new Type.Scalar(ScalarKind.STRING), false));
    struct.declare("kind", new Field(new Type.Scalar(ScalarKind.STRING), false));
    struct.declare("metadata", new Field(metadata, false));
    return struct;
  }

  private static void declare(Struct struct, JsonNode schema) {
    Set<String> required = new HashSet<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    schema
        .path("properties")
        .properties()
        .forEach(
            e ->
                struct.declare(
                    e.getKey(), new Field(typeOf(e.getValue()), required.contains(e.getKey()))));
  }

  private static Type typeOf(JsonNode schema) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return new Type.Scalar(ScalarKind.INT_OR_STRING);
    }
    return switch (schema.path("type").asText()) {
      case "string" -> new Type.Scalar(ScalarKind.STRING);
      case "integer" -> new Type.Scalar(ScalarKind.INT64);
      case "number" -> new Type.Scalar(ScalarKind.NUMBER);
      case "boolean" -> new Type.Scalar(ScalarKind.BOOLEAN);
      case "array" -> new Type.ListOf(typeOf(schema.path("items")), listKind(schema));
      case "object" -> object(schema);
      default -> new Type.Any();
    };
  }

  private static Type object(JsonNode schema) {
    boolean atomic = schema.path("x-kubernetes-map-type").asText().equals("atomic");
    boolean open = schema.path(PRESERVE).asBoolean();
    JsonNode additional = schema.path("additionalProperties");
    if (additional.isObject()) {
      return new Type.MapOf(typeOf(additional), atomic);
    }
    if (additional.asBoolean() || (open && schema.path("properties").isEmpty() && !atomic)) {
      return new Type.Any();
    }
    boolean embedded = schema.path("x-kubernetes-embedded-resource").asBoolean();
    Struct struct = new Struct("object", atomic, open);
    declare(struct, schema);
    if (embedded) {
      struct.declare("apiVersion", new Field(new Type.Scalar(ScalarKind.STRING), true));
      struct.declare("kind", new Field(new Type.Scalar(ScalarKind.STRING), true));
      struct.declare("metadata", new Field(new Type.Any(), false));
    }
    return struct;
  }

  private static ListKind listKind(JsonNode schema) {
    return switch (schema.path("x-kubernetes-list-type").asText()) {
      case "set" -> new ListKind.Set();
      case "map" -> {
        List<ListKind.Key> keys = new ArrayList<>();
        JsonNode properties = schema.path("items").path("properties");
        schema
            .path("x-kubernetes-list-map-keys")
            .forEach(
                key ->
                    keys.add(
                        new ListKind.Key(
                            key.asText(),
                            Optional.ofNullable(properties.path(key.asText()).get("default")))));
        yield new ListKind.Keyed(keys);
      }
      default -> new ListKind.Atomic();
    };
  }
}
