package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.table.Tables;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Representations of objects that a client accepts: the object, a table, or its metadata. */
final class Views {
  private final Tables tables;

  Views(Tables tables) {
    this.tables = tables;
  }

  private enum As {
    WHOLE,
    TABLE,
    METADATA
  }

  /** Returns an object or a list in the representation that the client accepts. */
  ObjectNode read(ApiRequest request, String accept, ObjectNode answer) {
    boolean list = request.name().isEmpty();
    List<JsonNode> objects = list ? answer.path("items").valueStream().toList() : List.of(answer);
    return switch (negotiate(accept)) {
      case WHOLE -> answer;
      case TABLE -> table(request, objects, answer.path("metadata"), true);
      case METADATA -> list ? metadataList(answer) : metadata(answer);
    };
  }

  /** Returns the representation of objects in watch events; only the first table has a heading. */
  UnaryOperator<ObjectNode> watch(ApiRequest request, String accept) {
    return switch (negotiate(accept)) {
      case WHOLE -> UnaryOperator.identity();
      case METADATA -> Views::metadata;
      case TABLE -> {
        boolean[] described = {false};
        yield object -> {
          ObjectNode table =
              table(request, List.of(object), object.path("metadata"), !described[0]);
          described[0] = true;
          return table;
        };
      }
    };
  }

  private ObjectNode table(
      ApiRequest request, List<JsonNode> objects, JsonNode metadata, boolean heading) {
    ObjectNode table = tables.of(request.type(), objects, metadata, heading);
    String include = request.parameter("includeObject").orElse("Metadata");
    ArrayNode rows = (ArrayNode) table.path("rows");
    for (int i = 0; i < rows.size(); i++) {
      if (include.equals("Object")) {
        ObjectNode whole = Cluster.blank(request.type());
        whole.setAll((ObjectNode) objects.get(i));
        ((ObjectNode) rows.get(i)).set("object", whole);
      } else if (include.equals("None")) {
        ((ObjectNode) rows.get(i)).remove("object");
      }
    }
    return table;
  }

  private static ObjectNode metadataList(ObjectNode list) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("kind", "PartialObjectMetadataList").put("apiVersion", "meta.k8s.io/v1");
    result.set("metadata", list.path("metadata"));
    ArrayNode items = result.putArray("items");
    list.path("items").forEach(item -> items.add(metadata(item)));
    return result;
  }

  private static ObjectNode metadata(JsonNode object) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
    result.set("metadata", object.path("metadata"));
    return result;
  }

  private static As negotiate(String accept) {
    if (accept.isBlank()) {
      return As.WHOLE;
    }
    for (String range : accept.split(",", -1)) {
      List<String> parts = Arrays.stream(range.split(";", -1)).map(String::strip).toList();
      boolean json = List.of("application/json", "application/*", "*/*").contains(parts.getFirst());
      Set<String> parameters =
          parts.stream().skip(1).filter(p -> !p.startsWith("q=")).collect(Collectors.toSet());
      boolean meta = parameters.containsAll(Set.of("g=meta.k8s.io", "v=v1"));
      boolean plain = parameters.stream().noneMatch(p -> p.startsWith("as="));
      if (json && plain) {
        return As.WHOLE;
      }
      if (json && meta && parameters.contains("as=Table")) {
        return As.TABLE;
      }
      if (json && meta && parameters.stream().anyMatch(p -> p.startsWith("as=PartialObject"))) {
        return As.METADATA;
      }
    }
    throw ApiException.of(
        406, "NotAcceptable", "only the following media types are accepted: application/json");
  }
}
