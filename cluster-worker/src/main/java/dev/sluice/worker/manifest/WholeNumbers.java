package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Converts the numbers of a JSON text to those that the same text has as YAML. */
final class WholeNumbers {

  private WholeNumbers() {}

  /**
   * Changes and returns the tree.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  static JsonNode in(JsonNode node) {
    switch (node) {
      case ObjectNode object -> object.properties().forEach(e -> e.setValue(in(e.getValue())));
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, in(array.get(i)));
        }
      }
      default -> {
        if (node.isFloatingPointNumber()) {
          return GoScalars.real(node.doubleValue());
        }
      }
    }
    return node;
  }
}
