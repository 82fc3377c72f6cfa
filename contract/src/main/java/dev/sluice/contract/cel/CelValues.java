package dev.sluice.contract.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.values.NullValue;
import dev.sluice.contract.event.Excerpt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Values of JSON as values of CEL. */
final class CelValues {

  static final List<String> VARIABLES =
      List.of("apiVersion", "kind", "metadata", "spec", "status", "data", "self");

  private static final int LONGEST_TEXT = 4_096;

  private CelValues() {}

  /** Returns the variables for an object: its top-level fields, empty ones for absent ones. */
  static Map<String, Object> variables(JsonNode object) {
    Map<String, Object> fields = fields(object);
    Map<String, Object> variables = new HashMap<>();
    VARIABLES.forEach(name -> variables.put(name, fields.getOrDefault(name, Map.of())));
    variables.put("self", fields);
    return variables;
  }

  private static Map<String, Object> fields(JsonNode object) {
    Map<String, Object> fields = new HashMap<>();
    object.forEachEntry(
        (name, value) -> {
          if (!name.equals("managedFields")) {
            fields.put(name, value(value));
          }
        });
    return fields;
  }

  private static Object value(JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> fields(json);
      case ARRAY -> {
        List<Object> elements = new ArrayList<>(json.size());
        json.forEach(element -> elements.add(value(element)));
        yield elements;
      }
      case STRING -> Excerpt.of(json.textValue(), LONGEST_TEXT);
      case BOOLEAN -> json.booleanValue();
      case NUMBER ->
          json.isIntegralNumber() && json.canConvertToLong()
              ? (Object) json.longValue()
              : (Object) json.doubleValue();
      default -> NullValue.NULL_VALUE;
    };
  }
}
