package dev.sluice.contract.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.json.Json;
import java.util.function.UnaryOperator;

/** Transforms a chart's inline values, which a definition holds as JSON text. */
final class InlineValues {

  private InlineValues() {}

  /** Returns the JSON with every string value changed; keys are unchanged. */
  static String map(String json, UnaryOperator<String> change) {
    try {
      return mapped(Json.mapper().readTree(json), change).toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("inline values are not a JSON object", e);
    }
  }

  private static JsonNode mapped(JsonNode node, UnaryOperator<String> change) {
    return switch (node) {
      case TextNode text -> TextNode.valueOf(change.apply(text.textValue()));
      case ObjectNode object -> {
        ObjectNode result = object.objectNode();
        object.forEachEntry((key, value) -> result.set(key, mapped(value, change)));
        yield result;
      }
      case ArrayNode array -> {
        ArrayNode result = array.arrayNode(array.size());
        array.forEach(value -> result.add(mapped(value, change)));
        yield result;
      }
      default -> node;
    };
  }
}
