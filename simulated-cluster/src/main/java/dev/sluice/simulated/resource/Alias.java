package dev.sluice.simulated.resource;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A second group in which the objects of a resource are served, as Events are in {@code v1} and
 * {@code events.k8s.io/v1}: one object with one uid under two paths.
 *
 * @param resource the resource that stores the objects
 * @param apiVersion of stored objects
 * @param fields the names of fields here, and in stored objects
 */
public record Alias(String resource, String apiVersion, Map<String, String> fields) {

  public Alias {
    fields = Map.copyOf(fields);
  }

  ObjectNode stored(ObjectNode object) {
    return renamed(object, fields).put("apiVersion", apiVersion);
  }

  ObjectNode served(ObjectNode object) {
    return renamed(
        object,
        fields.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey)));
  }

  private static ObjectNode renamed(ObjectNode object, Map<String, String> names) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    object
        .properties()
        .forEach(
            field ->
                result.set(
                    names.getOrDefault(field.getKey(), field.getKey()),
                    field.getValue().deepCopy()));
    return result;
  }
}
