package dev.sluice.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Objects that kustomize, helm or {@code sluice install} has rendered, in a form to compare. */
final class RenderedObjects {

  private static final YAMLMapper YAML = new YAMLMapper();

  private RenderedObjects() {}

  /**
   * Returns the objects of a stream of documents by kind and name, without what differs by intent:
   * the suffix of the settings' ConfigMap and the checksum that takes its place, the labels of
   * Helm, and the format of the settings and fleet.
   */
  static Map<String, JsonNode> of(String text) throws IOException {
    Map<String, JsonNode> objects = new TreeMap<>();
    for (JsonNode document : documents(text)) {
      String settings =
          document.path("kind").asText().equals("ConfigMap")
              ? document.at("/metadata/name").asText().replaceFirst("^(sluice)-[a-z0-9]{10}$", "$1")
              : "";
      if (!settings.isEmpty()) {
        ((ObjectNode) document.path("metadata")).put("name", settings);
        ObjectNode data = (ObjectNode) document.path("data");
        for (String file : fields(data)) {
          data.set(file, YAML.readTree(data.path(file).asText()));
        }
      }
      for (JsonNode volume : document.at("/spec/template/spec/volumes")) {
        if (volume.path("name").asText().equals("config")) {
          ((ObjectNode) volume.path("configMap")).put("name", "sluice");
        }
      }
      for (JsonNode labels : document.findValues("labels")) {
        ((ObjectNode) labels).remove(List.of("helm.sh/chart", "app.kubernetes.io/managed-by"));
      }
      if (document.at("/spec/template/metadata") instanceof ObjectNode pods) {
        pods.remove("annotations");
      }
      objects.put(
          document.path("kind").asText() + "/" + document.at("/metadata/name").asText(),
          sorted(document));
    }
    return objects;
  }

  /** Sorts lists of named elements, whose order means nothing. */
  private static JsonNode sorted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (String field : fields(object)) {
        object.set(field, sorted(object.path(field)));
      }
      return object;
    }
    if (!node.isArray()) {
      return node;
    }
    List<JsonNode> elements = new ArrayList<>();
    node.forEach(element -> elements.add(sorted(element)));
    if (elements.stream().allMatch(element -> element.has("name"))) {
      elements.sort(Comparator.comparing(element -> element.path("name").asText()));
    }
    return YAML.createArrayNode().addAll(elements);
  }

  private static List<String> fields(ObjectNode node) {
    return StreamSupport.stream(
            ((Iterable<String>) node::fieldNames).spliterator(), /* parallel= */ false)
        .collect(Collectors.toList());
  }

  static List<JsonNode> documents(String text) throws IOException {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      return documents.readAll().stream().filter(JsonNode::isObject).toList();
    }
  }
}
