package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Strict access to one mapping of a document: a value of the wrong type and an unknown field become
 * problems with their paths, and reading continues.
 */
final class Fields {

  private final ObjectNode node;
  private final String path;
  private final FleetDocument document;
  private final boolean absent;
  private final Set<String> known = new LinkedHashSet<>();

  Fields(ObjectNode node, String path, FleetDocument document) {
    this(node, path, document, false);
  }

  private Fields(ObjectNode node, String path, FleetDocument document, boolean absent) {
    this.node = node;
    this.path = path;
    this.document = document;
    this.absent = absent;
  }

  /**
   * Returns the fields of a mapping that is missing or no mapping. That was reported, so problems
   * of these fields are not.
   */
  static Fields absent(String path, FleetDocument document) {
    return new Fields(JsonNodeFactory.instance.objectNode(), path, document, true);
  }

  /** Reports a value that is not accepted. */
  void problem(String name, String message) {
    problem(FleetRule.INVALID_VALUE, name, message);
  }

  void problem(FleetRule rule, String name, String message) {
    if (!absent) {
      document.problem(rule, pathOf(name), message);
    }
  }

  void missing(String name) {
    problem(FleetRule.MISSING_FIELD, name, "is required");
  }

  private void wrongType(String name, String message) {
    problem(FleetRule.WRONG_TYPE, name, message);
  }

  /** Returns the place in the file of a place within a field's text. */
  String placeWithin(String name, int line, int column) {
    return document.placeWithin(pathOf(name), line, column);
  }

  boolean has(String name) {
    known.add(name);
    return node.hasNonNull(name);
  }

  /** Returns whether the field is there without a value. */
  boolean isNull(String name) {
    known.add(name);
    return node.has(name) && node.get(name).isNull();
  }

  /** Returns whether the field is there with a mapping as its value. */
  boolean isMapping(String name) {
    known.add(name);
    return node.path(name).isObject();
  }

  Optional<String> text(String name) {
    return value(name, "a string", JsonNode::isTextual).map(JsonNode::textValue);
  }

  /**
   * Returns a value constructed from a string; an exception of the constructor becomes a problem.
   */
  <T> Optional<T> text(String name, Function<String, T> constructor) {
    return text(name, FleetRule.INVALID_VALUE, constructor);
  }

  /**
   * Returns a value constructed from a string.
   *
   * @param rule of the problem that an exception of the constructor becomes
   */
  <T> Optional<T> text(String name, FleetRule rule, Function<String, T> constructor) {
    return text(name).flatMap(text -> built(name, text, rule, constructor));
  }

  <T> Optional<T> required(String name, Function<String, T> constructor) {
    return required(name, FleetRule.INVALID_VALUE, constructor);
  }

  <T> Optional<T> required(String name, FleetRule rule, Function<String, T> constructor) {
    if (!has(name)) {
      missing(name);
      return Optional.empty();
    }
    return text(name, rule, constructor);
  }

  boolean bool(String name, boolean fallback) {
    return value(name, "true or false", JsonNode::isBoolean)
        .map(JsonNode::booleanValue)
        .orElse(fallback);
  }

  int integer(String name, int fallback) {
    return value(name, "a whole number", node -> node.isInt())
        .map(JsonNode::intValue)
        .orElse(fallback);
  }

  Optional<Fields> fields(String name) {
    return value(name, "a mapping", JsonNode::isObject)
        .map(found -> new Fields((ObjectNode) found, pathOf(name), document));
  }

  Fields requiredFields(String name) {
    if (!has(name)) {
      missing(name);
    }
    return fields(name).orElseGet(() -> absent(pathOf(name), document));
  }

  List<Fields> list(String name) {
    List<Fields> items = new ArrayList<>();
    value(name, "a list", JsonNode::isArray)
        .ifPresent(
            array -> {
              for (int i = 0; i < array.size(); i++) {
                String at = name + "[" + i + "]";
                if (array.get(i) instanceof ObjectNode item) {
                  items.add(new Fields(item, pathOf(at), document));
                } else {
                  wrongType(at, "must be a mapping");
                }
              }
            });
    return items;
  }

  <T> List<T> texts(String name, Function<String, T> constructor) {
    return texts(name, FleetRule.INVALID_VALUE, constructor);
  }

  <T> List<T> texts(String name, FleetRule rule, Function<String, T> constructor) {
    List<T> items = new ArrayList<>();
    value(name, "a list", JsonNode::isArray)
        .ifPresent(
            array -> {
              for (int i = 0; i < array.size(); i++) {
                String at = name + "[" + i + "]";
                if (array.get(i).isTextual()) {
                  built(at, array.get(i).textValue(), rule, constructor).ifPresent(items::add);
                } else {
                  wrongType(at, "must be a string");
                }
              }
            });
    return items;
  }

  /** Returns the first position of each text in a list of one of the mappings. */
  Map<String, Integer> positions(String mapping, String list) {
    Map<String, Integer> positions = new HashMap<>();
    JsonNode array = node.path(mapping).path(list);
    for (int i = 0; i < array.size(); i++) {
      if (array.get(i).isTextual()) {
        positions.putIfAbsent(array.get(i).textValue(), i);
      }
    }
    return positions;
  }

  Map<String, String> labels(String name) {
    Map<String, String> labels = new LinkedHashMap<>();
    value(name, "a mapping", JsonNode::isObject)
        .ifPresent(
            map ->
                map.forEachEntry(
                    (key, value) -> {
                      if (value.isTextual()) {
                        labels.put(key, value.textValue());
                      } else {
                        wrongType(name + "." + key, "must be a string: write it in quotes");
                      }
                    }));
    return labels;
  }

  Map<String, Integer> counts(String name) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    value(name, "a mapping", JsonNode::isObject)
        .ifPresent(
            map ->
                map.forEachEntry(
                    (key, value) -> {
                      if (value.isInt() && value.intValue() >= 0) {
                        counts.put(key, value.intValue());
                      } else {
                        wrongType(name + "." + key, "must be a whole number from 0");
                      }
                    }));
    return counts;
  }

  /** Returns a whole number, or a text, as text. */
  Optional<String> numberOrText(String name, String expectation) {
    return value(name, expectation, node -> node.isInt() || node.isTextual()).map(JsonNode::asText);
  }

  /** Returns a mapping of any content; not to be changed. */
  Optional<ObjectNode> mapping(String name) {
    return value(name, "a mapping", JsonNode::isObject).map(ObjectNode.class::cast);
  }

  /** Returns the content; not to be changed. */
  ObjectNode content() {
    return node;
  }

  /** Returns the path of the mapping in the document. */
  String path() {
    return path;
  }

  /** Returns a mapping of any content as JSON text. */
  Optional<String> json(String name) {
    return value(name, "a mapping", JsonNode::isObject).map(JsonNode::toString);
  }

  /** Reports the fields that were not read as unknown. */
  void refuseUnknown() {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                problem(
                    FleetRule.UNKNOWN_FIELD,
                    name,
                    "is not known here; known: " + String.join(", ", known));
              }
            });
  }

  private <T> Optional<T> built(
      String name, String text, FleetRule rule, Function<String, T> constructor) {
    try {
      return Optional.of(constructor.apply(text));
    } catch (IllegalArgumentException e) {
      problem(rule, name, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<JsonNode> value(
      String name, String expectation, Function<JsonNode, Boolean> matches) {
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode value = node.get(name);
    if (!matches.apply(value)) {
      wrongType(name, "must be " + expectation);
      return Optional.empty();
    }
    return Optional.of(value);
  }

  private String pathOf(String name) {
    if (path.isEmpty() || name.isEmpty()) {
      return path + name;
    }
    return path + "." + name;
  }
}
