package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Merge patches (RFC 7386): mappings are merged, null removes, everything else replaces. */
final class MergePatch {

  private MergePatch() {}

  /** Returns the patched value; changes neither of both. */
  static JsonNode apply(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode fields)) {
      return patch;
    }
    ObjectNode patched =
        target instanceof ObjectNode mapping ? mapping.deepCopy() : fields.objectNode();
    fields
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isNull()) {
                patched.remove(field.getKey());
              } else {
                JsonNode before = patched.path(field.getKey());
                patched.set(field.getKey(), apply(before, field.getValue()));
              }
            });
    return patched;
  }
}
