package dev.sluice.simulated.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** JSON operations that field paths need. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static String text(JsonNode node) {
    return node.toString();
  }

  static JsonNode string(String value) {
    return JsonNodeFactory.instance.textNode(value);
  }

  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + text, e);
    }
  }

  /** Returns whether two values are equal; numbers are compared by value, not by representation. */
  static boolean same(JsonNode a, JsonNode b) {
    return a.equals(
        (x, y) -> x.isNumber() && y.isNumber() ? compare(x, y) : x.equals(y) ? 0 : 1, b);
  }

  /** Compares scalars in a total order: by kind, then by value. */
  static int compare(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) {
      return a.decimalValue().compareTo(b.decimalValue());
    }
    if (a.getNodeType() != b.getNodeType()) {
      return a.getNodeType().compareTo(b.getNodeType());
    }
    return a.isTextual() ? a.textValue().compareTo(b.textValue()) : text(a).compareTo(text(b));
  }
}
