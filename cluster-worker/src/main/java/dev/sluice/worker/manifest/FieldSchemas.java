package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of kinds, from an API server's OpenAPI document (version 2 or 3), which are the types
 * that its server-side apply uses. Fields that the document leaves open are not checked.
 */
public record FieldSchemas(Map<String, Shape> definitions, Map<String, String> kinds)
    implements KnownFields {

  /** Schemas without any kind, which find no unknown fields. */
  public static final FieldSchemas NONE = new FieldSchemas(Map.of(), Map.of());

  private static final int MAX_REFERENCES = 10;
  private static final int MAX_FOUND = 5;

  public FieldSchemas {
    definitions = Map.copyOf(definitions);
    kinds = Map.copyOf(kinds);
  }

  /**
   * The schema of a value.
   *
   * @param reference the definition to use instead of this
   * @param fields by name; none if it is no object, or any object
   * @param values of a map
   * @param open whether undeclared fields are kept
   */
  record Shape(
      Optional<String> reference,
      Map<String, Shape> fields,
      Optional<Shape> items,
      Optional<Shape> values,
      boolean open) {

    Shape {
      fields = Map.copyOf(fields);
    }

    static Shape of(JsonNode schema) {
      JsonNode all = schema.path("allOf");
      JsonNode referring = all.size() == 1 ? all.get(0) : schema;
      Map<String, Shape> fields = new HashMap<>();
      schema.path("properties").properties().forEach(e -> fields.put(e.getKey(), of(e.getValue())));
      JsonNode additional = schema.path("additionalProperties");
      boolean open =
          schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()
              || additional.asBoolean()
              || all.size() > 1
              || (fields.isEmpty() && (schema.has("oneOf") || schema.has("anyOf")));
      return new Shape(
          Optional.ofNullable(referring.path("$ref").textValue())
              .map(reference -> reference.substring(reference.lastIndexOf('/') + 1)),
          fields,
          schema.path("items").isObject() ? Optional.of(of(schema.get("items"))) : Optional.empty(),
          additional.isObject() ? Optional.of(of(additional)) : Optional.empty(),
          open);
    }
  }

  /** Parses a whole document. */
  public static FieldSchemas of(JsonNode document) {
    JsonNode schemas =
        document.has("definitions")
            ? document.path("definitions")
            : document.path("components").path("schemas");
    Map<String, Shape> definitions = new HashMap<>();
    Map<String, String> kinds = new HashMap<>();
    for (Map.Entry<String, JsonNode> schema : schemas.properties()) {
      definitions.put(schema.getKey(), Shape.of(schema.getValue()));
      for (JsonNode kind : schema.getValue().path("x-kubernetes-group-version-kind")) {
        String group = kind.path("group").asText();
        String version = kind.path("version").asText();
        kinds.put(
            key(group.isEmpty() ? version : group + "/" + version, kind.path("kind").asText()),
            schema.getKey());
      }
    }
    return new FieldSchemas(definitions, kinds);
  }

  @Override
  public List<JsonPointer> unknownIn(String apiVersion, String kind, JsonNode content) {
    List<JsonPointer> found = new ArrayList<>();
    Optional.ofNullable(kinds.get(key(apiVersion, kind)))
        .map(definitions::get)
        .ifPresent(shape -> walk(content, shape, FieldPath.ROOT, found));
    return List.copyOf(found);
  }

  private void walk(JsonNode value, Shape declared, FieldPath at, List<JsonPointer> found) {
    Optional<Shape> resolved = resolved(declared);
    if (resolved.isEmpty() || resolved.get().open()) {
      return;
    }
    Shape shape = resolved.get();
    if (value.isArray() && shape.items().isPresent()) {
      for (int i = 0; i < value.size(); i++) {
        walk(value.get(i), shape.items().get(), at.element(i), found);
      }
    }
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      FieldPath below = at.field(entry.getKey());
      Optional<Shape> field =
          Optional.ofNullable(shape.fields().get(entry.getKey())).or(shape::values);
      if (field.isPresent()) {
        walk(entry.getValue(), field.get(), below, found);
      } else if (!shape.fields().isEmpty()
          && !entry.getValue().isNull()
          && found.size() < MAX_FOUND) {
        found.add(below.pointer());
      }
    }
  }

  /** Returns the definition that a reference leads to; empty if it is unknown. */
  private Optional<Shape> resolved(Shape declared) {
    Shape shape = declared;
    for (int i = 0; i < MAX_REFERENCES && shape.reference().isPresent(); i++) {
      Shape next = definitions.get(shape.reference().get());
      if (next == null) {
        return Optional.empty();
      }
      shape = next;
    }
    return Optional.of(shape);
  }

  private static String key(String apiVersion, String kind) {
    return apiVersion + " " + kind;
  }

  /**
   * The path of a field, built as text only when needed: names may be megabytes, and building the
   * path of each nested field would take quadratic space.
   *
   * @param above empty for the root
   */
  private record FieldPath(Optional<FieldPath> above, String segment) {

    static final FieldPath ROOT = new FieldPath(Optional.empty(), "");

    FieldPath field(String name) {
      return new FieldPath(Optional.of(this), name);
    }

    FieldPath element(int index) {
      return new FieldPath(Optional.of(this), Integer.toString(index));
    }

    JsonPointer pointer() {
      Deque<String> segments = new ArrayDeque<>();
      for (FieldPath at = this; at.above().isPresent(); at = at.above().get()) {
        segments.push(at.segment());
      }
      StringBuilder pointer = new StringBuilder();
      for (String segment : segments) {
        pointer.append('/').append(segment.replace("~", "~0").replace("/", "~1"));
      }
      return JsonPointer.compile(pointer.toString());
    }
  }
}
