package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.Map;

/** JSON merge patches (RFC 7386). Pure. */
public final class JsonMergePatch {

  private JsonMergePatch() {}

  /** Returns the patch that makes one object of another. */
  public static ObjectNode between(ObjectNode before, ObjectNode after) {
    ObjectNode patch = before.objectNode();
    for (Map.Entry<String, JsonNode> field : before.properties()) {
      if (!after.has(field.getKey())) {
        patch.putNull(field.getKey());
      }
    }
    for (Map.Entry<String, JsonNode> field : after.properties()) {
      JsonNode there = before.path(field.getKey());
      if (there.equals(field.getValue())) {
        continue;
      }
      boolean both = there.isObject() && field.getValue().isObject();
      patch.set(
          field.getKey(),
          both ? between((ObjectNode) there, (ObjectNode) field.getValue()) : field.getValue());
    }
    return patch;
  }

  /** Returns an object with a patch applied. */
  public static ObjectNode applied(ObjectNode object, ObjectNode patch) {
    ObjectNode result = SharedNodes.copy(object);
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      if (field.getValue().isNull()) {
        result.remove(field.getKey());
      } else if (field.getValue() instanceof ObjectNode below) {
        ObjectNode there =
            result.path(field.getKey()) instanceof ObjectNode live ? live : result.objectNode();
        result.set(field.getKey(), applied(there, below));
      } else {
        result.set(field.getKey(), field.getValue());
      }
    }
    return result;
  }
}
