package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.GroupVersion;
import dev.sluice.simulated.resource.ResourceCatalog;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.schema.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * OpenAPI v3 documents of the types of each group version.
 *
 * <p>They contain what clients use: the types, how lists merge, and that writes accept {@code
 * dryRun} and {@code fieldValidation}.
 */
final class OpenApi {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> WRITE_PARAMETERS =
      List.of("dryRun", "fieldManager", "fieldValidation", "force");

  private final ResourceCatalog catalog;

  OpenApi(ResourceCatalog catalog) {
    this.catalog = catalog;
  }

  /** Returns the list of documents, one for each group version. */
  ObjectNode index() {
    ObjectNode index = NODES.objectNode();
    ObjectNode paths = index.putObject("paths");
    for (GroupVersion groupVersion : catalog.groupVersions()) {
      String path = path(groupVersion);
      paths
          .putObject(path)
          .put(
              "serverRelativeURL",
              "/openapi/v3/" + path + "?hash=" + Integer.toHexString(hash(groupVersion)));
    }
    return index;
  }

  private int hash(GroupVersion groupVersion) {
    return types(groupVersion).stream().map(ResourceType::kind).toList().hashCode();
  }

  private static String path(GroupVersion groupVersion) {
    return (groupVersion.group().isEmpty() ? "api/" : "apis/") + groupVersion.apiVersion();
  }

  private List<ResourceType> types(GroupVersion groupVersion) {
    return catalog.all().stream().filter(t -> t.groupVersion().equals(groupVersion)).toList();
  }

  /** Returns the document of a group version, if it is served. */
  Optional<ObjectNode> document(GroupVersion groupVersion) {
    List<ResourceType> types = types(groupVersion);
    if (types.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode document = NODES.objectNode().put("openapi", "3.0.0");
    document.putObject("info").put("title", "Kubernetes").put("version", "v1.37.0");
    ObjectNode paths = document.putObject("paths");
    Map<String, ObjectNode> schemas = new TreeMap<>();
    for (ResourceType type : types) {
      describePaths(type, paths);
      ObjectNode schema = definitionOf(type, schemas);
      schema.putArray("x-kubernetes-group-version-kind").add(kind(type));
    }
    document.putObject("components").putObject("schemas").setAll(schemas);
    return Optional.of(document);
  }

  private static ObjectNode kind(ResourceType type) {
    return NODES
        .objectNode()
        .put("group", type.group())
        .put("kind", type.kind())
        .put("version", type.groupVersion().version());
  }

  private static void describePaths(ResourceType type, ObjectNode paths) {
    String base =
        "/" + path(type.groupVersion()) + (type.namespaced() ? "/namespaces/{namespace}/" : "/");
    ObjectNode collection = paths.putObject(base + type.plural());
    ObjectNode item = paths.putObject(base + type.plural() + "/{name}");
    operation(collection, "get", "list", type, List.of());
    operation(collection, "post", "post", type, WRITE_PARAMETERS.subList(0, 3));
    operation(item, "get", "get", type, List.of());
    operation(item, "put", "put", type, WRITE_PARAMETERS.subList(0, 3));
    operation(item, "patch", "patch", type, WRITE_PARAMETERS);
    operation(item, "delete", "delete", type, WRITE_PARAMETERS.subList(0, 1));
  }

  private static void operation(
      ObjectNode path, String method, String action, ResourceType type, List<String> parameters) {
    ObjectNode operation = path.putObject(method);
    operation.put("x-kubernetes-action", action);
    operation.set("x-kubernetes-group-version-kind", kind(type));
    ArrayNode list = operation.putArray("parameters");
    for (String name : parameters) {
      list.addObject()
          .put("name", name)
          .put("in", "query")
          .putObject("schema")
          .put("type", name.equals("force") ? "boolean" : "string");
    }
    operation.putObject("responses").putObject("200").put("description", "OK");
  }

  private static ObjectNode definitionOf(ResourceType type, Map<String, ObjectNode> schemas) {
    Optional<JsonNode> custom = type.traits().version();
    if (custom.isEmpty()) {
      return define(type.schema(), schemas);
    }
    String name = type.group() + "." + type.groupVersion().version() + "." + type.kind();
    ObjectNode schema =
        custom.get().path("schema").path("openAPIV3Schema") instanceof ObjectNode declared
            ? declared.deepCopy()
            : NODES.objectNode().put("type", "object");
    schemas.put(name, schema);
    return schema;
  }

  private static ObjectNode define(Type.Struct struct, Map<String, ObjectNode> schemas) {
    ObjectNode known = schemas.get(struct.name());
    if (known != null) {
      return known;
    }
    ObjectNode schema = NODES.objectNode().put("type", "object");
    schemas.put(struct.name(), schema);
    ArrayNode required = NODES.arrayNode();
    ObjectNode properties = schema.putObject("properties");
    struct
        .fields()
        .forEach(
            (name, field) -> {
              properties.set(name, describe(field.type(), schemas));
              if (field.required()) {
                required.add(name);
              }
            });
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    if (struct.atomic()) {
      schema.put("x-kubernetes-map-type", "atomic");
    }
    return schema;
  }

  private static ObjectNode describe(Type type, Map<String, ObjectNode> schemas) {
    ObjectNode schema = NODES.objectNode();
    switch (type) {
      case Type.Any any -> schema.put("x-kubernetes-preserve-unknown-fields", true);
      case Type.Struct struct -> {
        define(struct, schemas);
        schema.putArray("allOf").addObject().put("$ref", "#/components/schemas/" + struct.name());
      }
      case Type.MapOf map -> {
        schema.put("type", "object").set("additionalProperties", describe(map.element(), schemas));
        if (map.atomic()) {
          schema.put("x-kubernetes-map-type", "atomic");
        }
      }
      case Type.ListOf list -> {
        schema.put("type", "array").set("items", describe(list.element(), schemas));
        describe(list.kind(), schema);
      }
      case Type.Scalar(Type.ScalarKind kind) -> describe(kind, schema);
    }
    return schema;
  }

  private static void describe(Type.ListKind kind, ObjectNode schema) {
    switch (kind) {
      case Type.ListKind.Atomic a -> schema.put("x-kubernetes-list-type", "atomic");
      case Type.ListKind.Set s ->
          schema.put("x-kubernetes-list-type", "set").put("x-kubernetes-patch-strategy", "merge");
      case Type.ListKind.Keyed(List<Type.ListKind.Key> keys) -> {
        schema
            .put("x-kubernetes-list-type", "map")
            .put("x-kubernetes-patch-strategy", "merge")
            .put("x-kubernetes-patch-merge-key", keys.getFirst().field());
        ArrayNode names = schema.putArray("x-kubernetes-list-map-keys");
        keys.forEach(key -> names.add(key.field()));
      }
    }
  }

  private static void describe(Type.ScalarKind kind, ObjectNode schema) {
    switch (kind) {
      case STRING -> schema.put("type", "string");
      case QUANTITY ->
          schema
              .putArray("oneOf")
              .add(NODES.objectNode().put("type", "string"))
              .add(NODES.objectNode().put("type", "number"));
      case INT32 -> schema.put("type", "integer").put("format", "int32");
      case INT64 -> schema.put("type", "integer").put("format", "int64");
      case NUMBER -> schema.put("type", "number");
      case BOOLEAN -> schema.put("type", "boolean");
      case TIME -> schema.put("type", "string").put("format", "date-time");
      case BYTES -> schema.put("type", "string").put("format", "byte");
      case INT_OR_STRING -> schema.put("type", "string").put("format", "int-or-string");
    }
  }
}
