package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.Set;

/**
 * Placeholders in Git for what the cluster fills in: empty lists and maps, such as the {@code
 * rules} of an aggregated ClusterRole, and empty CA bundles. Applying one would claim the field and
 * empty it, until its controller fills it again.
 */
public final class FilledFields {

  /** Nothing, and the line end in base64 that older API servers required instead of nothing. */
  private static final Set<String> NO_BUNDLE = Set.of("", "Cg==");

  private FilledFields() {}

  /**
   * Returns Git's object without its placeholders for fields that the live object has filled and
   * that are not ours.
   */
  public static ObjectNode unclaimed(ObjectNode desired, JsonNode live) {
    JsonNode entries = live.path("metadata").path("managedFields");
    JsonNode ours = FieldFold.own(entries, desired).path("fieldsV1");
    return (ObjectNode) unclaimed(desired, live, FieldNames.all(live), ours);
  }

  /** Returns whether Git's object may have placeholders, so that the live object decides. */
  public static boolean mayHaveAny(JsonNode desired) {
    if (desired.isContainerNode() && desired.isEmpty()) {
      return true;
    }
    for (var field : desired.properties()) {
      boolean noBundle =
          field.getKey().equals("caBundle") && NO_BUNDLE.contains(field.getValue().asText());
      if (noBundle || mayHaveAny(field.getValue())) {
        return true;
      }
    }
    if (desired.isArray()) {
      for (JsonNode element : desired) {
        if (mayHaveAny(element)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns the same value if there is nothing to leave out, and otherwise a copy. */
  @SuppressWarnings("ReferenceEquality") // identity says whether a value was replaced
  private static JsonNode unclaimed(JsonNode desired, JsonNode live, JsonNode all, JsonNode ours) {
    JsonNode result = desired;
    if (desired.isObject() && live.isObject()) {
      for (var field : desired.properties()) {
        String name = field.getKey();
        String entry = FieldNames.ofField(name);
        JsonNode there = live.path(name);
        if (!ours.has(entry) && isFilled(name, field.getValue(), there)) {
          result = result == desired ? SharedNodes.copy((ObjectNode) desired) : result;
          ((ObjectNode) result).remove(name);
          continue;
        }
        JsonNode below = unclaimed(field.getValue(), there, all.path(entry), ours.path(entry));
        if (below != field.getValue()) {
          result = result == desired ? SharedNodes.copy((ObjectNode) desired) : result;
          ((ObjectNode) result).set(name, below);
        }
      }
    } else if (desired.isArray() && live.isArray()) {
      for (var element : all.properties()) {
        String entry = element.getKey();
        JsonNode one = FieldNames.element(entry, desired);
        JsonNode there = FieldNames.element(entry, live);
        JsonNode below = unclaimed(one, there, element.getValue(), ours.path(entry));
        if (below != one) {
          result = replaced(result, one, below);
        }
      }
    }
    return result;
  }

  private static boolean isFilled(String name, JsonNode desired, JsonNode live) {
    if (name.equals("caBundle")) {
      return NO_BUNDLE.contains(desired.asText()) && !NO_BUNDLE.contains(live.asText());
    }
    return desired.isContainerNode()
        && desired.isEmpty()
        && desired.getNodeType() == live.getNodeType()
        && !live.isEmpty();
  }

  @SuppressWarnings("ReferenceEquality") // equal elements are not the one
  static JsonNode replaced(JsonNode list, JsonNode one, JsonNode other) {
    var copy = JsonNodeFactory.instance.arrayNode(list.size());
    list.forEach(element -> copy.add(element == one ? other : element));
    return copy;
  }
}
