package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Validation of a custom resource against the OpenAPI schema of its definition. */
final class StructuralValidation {
  private final Problems problems;

  private StructuralValidation(Problems problems) {
    this.problems = problems;
  }

  static void check(JsonNode schema, JsonNode object, Problems problems) {
    new StructuralValidation(problems).visit(schema, "", object);
  }

  private void visit(JsonNode schema, String path, JsonNode value) {
    if (!hasType(schema, path, value)) {
      return;
    }
    enumeration(schema, path, value);
    if (value.isObject()) {
      object(schema, path, value);
    } else if (value.isArray()) {
      array(schema, path, value);
    } else if (value.isTextual()) {
      text(schema, path, value.asText());
    } else if (value.isNumber()) {
      number(schema, path, value);
    }
    combinations(schema, path, value);
  }

  private boolean hasType(JsonNode schema, String path, JsonNode value) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return value.isTextual() || value.isIntegralNumber() || wrong(path, value, "integer,string");
    }
    String type = schema.path("type").asText();
    boolean fits =
        switch (type) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "integer" ->
              value.isIntegralNumber() || (value.isNumber() && value.doubleValue() % 1 == 0);
          case "number" -> value.isNumber();
          case "boolean" -> value.isBoolean();
          default -> true;
        };
    return fits || wrong(path, value, type);
  }

  private boolean wrong(String path, JsonNode value, String type) {
    String actual =
        switch (value.getNodeType()) {
          case STRING -> "string";
          case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
          case BOOLEAN -> "boolean";
          case ARRAY -> "array";
          default -> "object";
        };
    problems.invalid(
        path, actual, path + " in body must be of type " + type + ": \"" + actual + "\"");
    return false;
  }

  private void enumeration(JsonNode schema, String path, JsonNode value) {
    JsonNode allowed = schema.path("enum");
    if (!allowed.isEmpty() && allowed.valueStream().noneMatch(value::equals)) {
      problems.unsupported(
          path, value.asText(), allowed.valueStream().map(JsonNode::asText).toList());
    }
  }

  private void object(JsonNode schema, String path, JsonNode value) {
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        problems.required(join(path, name.asText()), "");
      }
    }
    value
        .properties()
        .forEach(
            entry -> {
              JsonNode property = schema.path("properties").path(entry.getKey());
              JsonNode child =
                  property.isMissingNode() ? schema.path("additionalProperties") : property;
              boolean metadata = path.isEmpty() && entry.getKey().equals("metadata");
              if (child.isObject() && !metadata) {
                visit(child, join(path, entry.getKey()), entry.getValue());
              }
            });
  }

  private void array(JsonNode schema, String path, JsonNode value) {
    if (schema.has("minItems") && value.size() < schema.path("minItems").asInt()) {
      problems.invalid(
          path,
          value.size(),
          path + " in body should have at least " + schema.path("minItems").asInt() + " items");
    }
    if (schema.has("maxItems") && value.size() > schema.path("maxItems").asInt()) {
      problems.tooMany(path, value.size(), schema.path("maxItems").asInt());
    }
    List<JsonNode> previous = new ArrayList<>();
    boolean set = schema.path("x-kubernetes-list-type").asText().equals("set");
    JsonNode keys = schema.path("x-kubernetes-list-map-keys");
    for (int i = 0; i < value.size(); i++) {
      JsonNode item = value.get(i);
      JsonNode id =
          keys.isEmpty()
              ? item
              : ((com.fasterxml.jackson.databind.node.ObjectNode) item.deepCopy())
                  .retain(keys.valueStream().map(JsonNode::asText).toList());
      if ((set || !keys.isEmpty()) && previous.contains(id)) {
        problems.duplicate(path + "[" + i + "]", id.isTextual() ? id.asText() : id);
      }
      previous.add(id);
      visit(schema.path("items"), path + "[" + i + "]", item);
    }
  }

  private void text(JsonNode schema, String path, String value) {
    int length = value.codePointCount(0, value.length());
    if (schema.has("minLength") && length < schema.path("minLength").asInt()) {
      problems.invalid(
          path,
          value,
          path + " in body should be at least " + schema.path("minLength").asInt() + " chars long");
    }
    if (schema.has("maxLength") && length > schema.path("maxLength").asInt()) {
      problems.tooLong(path, schema.path("maxLength").asInt());
    }
    String pattern = schema.path("pattern").asText();
    if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(value).find()) {
      problems.invalid(path, value, path + " in body should match '" + pattern + "'");
    }
  }

  private void number(JsonNode schema, String path, JsonNode value) {
    if (schema.has("minimum")) {
      int order = value.decimalValue().compareTo(schema.path("minimum").decimalValue());
      boolean exclusive = schema.path("exclusiveMinimum").asBoolean();
      if (order < 0 || (exclusive && order == 0)) {
        String bound = exclusive ? "greater than " : "greater than or equal to ";
        problems.invalid(
            path, value, path + " in body should be " + bound + schema.path("minimum"));
      }
    }
    if (schema.has("maximum")) {
      int order = value.decimalValue().compareTo(schema.path("maximum").decimalValue());
      boolean exclusive = schema.path("exclusiveMaximum").asBoolean();
      if (order > 0 || (exclusive && order == 0)) {
        String bound = exclusive ? "less than " : "less than or equal to ";
        problems.invalid(
            path, value, path + " in body should be " + bound + schema.path("maximum"));
      }
    }
  }

  private void combinations(JsonNode schema, String path, JsonNode value) {
    schema.path("allOf").forEach(subschema -> visit(subschema, path, value));
    JsonNode any = schema.path("anyOf");
    if (!any.isEmpty() && any.valueStream().noneMatch(subschema -> fits(subschema, path, value))) {
      problems.invalid(path, "", "\"" + path + "\" must validate at least one schema (anyOf)");
    }
    JsonNode one = schema.path("oneOf");
    if (!one.isEmpty()
        && one.valueStream().filter(subschema -> fits(subschema, path, value)).count() != 1) {
      problems.invalid(path, "", "\"" + path + "\" must validate one and only one schema (oneOf)");
    }
    if (schema.has("not") && fits(schema.path("not"), path, value)) {
      problems.invalid(path, "", "\"" + path + "\" must not validate the schema (not)");
    }
  }

  private static boolean fits(JsonNode schema, String path, JsonNode value) {
    Problems problems = new Problems();
    new StructuralValidation(problems).visit(schema, path, value);
    return problems.isEmpty();
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
