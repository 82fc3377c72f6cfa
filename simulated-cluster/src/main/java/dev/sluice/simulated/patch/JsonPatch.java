package dev.sluice.simulated.patch;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON patch (RFC 6902). */
public final class JsonPatch {
  private JsonPatch() {}

  /**
   * Applies all operations of a patch in order.
   *
   * @throws PatchException if the patch is malformed or an operation fails
   */
  public static JsonNode apply(JsonNode target, JsonNode patch) {
    if (!patch.isArray()) {
      throw PatchException.malformed("error decoding patch: the patch is not an array");
    }
    JsonNode result = target.deepCopy();
    for (JsonNode operation : patch) {
      result = step(result, operation);
    }
    return result;
  }

  private static JsonNode step(JsonNode root, JsonNode operation) {
    JsonPointer path = pointer(operation, "path");
    String name = operation.path("op").asText();
    switch (name) {
      case "add" -> add(root, path, value(operation));
      case "remove" -> remove(root, path);
      case "replace" -> {
        existing(root, path);
        remove(root, path);
        add(root, path, value(operation));
      }
      case "move" -> {
        JsonPointer from = pointer(operation, "from");
        JsonNode moved = existing(root, from);
        remove(root, from);
        add(root, path, moved);
      }
      case "copy" -> add(root, path, existing(root, pointer(operation, "from")).deepCopy());
      case "test" -> {
        if (!root.at(path).equals(value(operation))) {
          throw PatchException.unprocessable("testing value " + path + " failed");
        }
      }
      default -> throw PatchException.malformed("unexpected kind of operation: " + name);
    }
    return root;
  }

  private static JsonPointer pointer(JsonNode operation, String field) {
    try {
      return JsonPointer.compile(operation.path(field).asText());
    } catch (IllegalArgumentException e) {
      throw PatchException.malformed("not a JSON pointer: " + operation.path(field).asText());
    }
  }

  private static JsonNode value(JsonNode operation) {
    JsonNode value = operation.get("value");
    if (value == null) {
      throw PatchException.malformed("operation without value: " + operation.path("op").asText());
    }
    return value;
  }

  private static JsonNode existing(JsonNode root, JsonPointer path) {
    JsonNode node = root.at(path);
    if (node.isMissingNode()) {
      throw PatchException.unprocessable("nothing at path " + path);
    }
    return node;
  }

  private static void add(JsonNode root, JsonPointer path, JsonNode value) {
    JsonNode parent = root.at(path.head());
    String last = path.last().getMatchingProperty();
    switch (parent) {
      case ObjectNode object -> object.set(last, value);
      case ArrayNode array when last.equals("-") -> array.add(value);
      case ArrayNode array -> array.insert(index(array, path, array.size()), value);
      default -> throw PatchException.unprocessable("nothing at path " + path.head());
    }
  }

  private static void remove(JsonNode root, JsonPointer path) {
    existing(root, path);
    switch (root.at(path.head())) {
      case ObjectNode object -> object.remove(path.last().getMatchingProperty());
      case ArrayNode array -> array.remove(index(array, path, array.size() - 1));
      default -> throw PatchException.unprocessable("nothing at path " + path.head());
    }
  }

  private static int index(ArrayNode array, JsonPointer path, int most) {
    int index = path.last().getMatchingIndex();
    if (index < 0 || index > most) {
      throw PatchException.unprocessable(
          "index " + path.last().getMatchingProperty() + " of " + array.size() + " elements");
    }
    return index;
  }
}
