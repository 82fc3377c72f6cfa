package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.api.ClusterApi;
import java.util.Optional;
import java.util.Set;

/**
 * Takes over fields from earlier field managers. As long as {@code kubectl-client-side-apply}
 * co-owns a field, it stays when the manifest drops it. (client-go's csaupgrade does the same for
 * kubectl.)
 */
final class FieldFold {

  private static final Set<String> EARLIER =
      Set.of("kubectl-client-side-apply", "before-first-apply", "kubectl", "helm", "Helm");

  private FieldFold() {}

  /**
   * Returns the object's {@code managedFields} with those of earlier managers merged into ours;
   * empty if there are none.
   */
  static Optional<ArrayNode> fold(ObjectNode live) {
    JsonNode entries = live.path("metadata").path("managedFields");
    ArrayNode others = JsonNodeFactory.instance.arrayNode();
    ObjectNode joined = JsonNodeFactory.instance.objectNode();
    ObjectNode own = null;
    boolean found = false;
    for (JsonNode entry : entries) {
      if (isOwn(entry)) {
        own = entry.deepCopy();
        join(joined, entry.path("fieldsV1"));
      } else if (isEarlier(entry)) {
        found = true;
        if (own == null) {
          own = entry.deepCopy();
        }
        join(joined, entry.path("fieldsV1"));
      } else {
        others.add(entry);
      }
    }
    if (!found || own == null) {
      return Optional.empty();
    }
    own.put("manager", ClusterApi.FIELD_MANAGER).put("operation", "Apply");
    own.set("fieldsV1", joined);
    others.insert(0, own);
    return Optional.of(others);
  }

  private static boolean isOwn(JsonNode entry) {
    return entry.path("manager").asText("").equals(ClusterApi.FIELD_MANAGER)
        && entry.path("operation").asText("").equals("Apply");
  }

  private static boolean isEarlier(JsonNode entry) {
    return EARLIER.contains(entry.path("manager").asText(""))
        && entry.path("subresource").asText("").isEmpty();
  }

  private static void join(ObjectNode into, JsonNode fields) {
    for (var field : fields.properties()) {
      if (into.get(field.getKey()) instanceof ObjectNode there
          && field.getValue() instanceof ObjectNode more) {
        join(there, more);
      } else {
        into.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }
}
