package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The merge of Git's object into a live one, for APIs without server-side apply: fields that Git
 * states get its values, fields that were {@linkplain LastApplied applied last} and that Git no
 * longer states go, and all others stay. Pure.
 *
 * <p>A list is one value, as in a JSON merge patch: if the live list is not Git's, with or without
 * fields of others in its elements, Git's replaces it, with what others added to it.
 */
public final class ThreeWayMerge {

  /** The metadata that a manifest may have, so that its removal from Git removes it. */
  private static final Set<String> REMOVABLE_METADATA =
      Set.of("labels", "annotations", "finalizers", "ownerReferences");

  private ThreeWayMerge() {}

  /** Returns the live object as it is after Git's was merged into it. */
  public static ObjectNode merge(ObjectNode live, ObjectNode desired) {
    JsonNode applied = removable(LastApplied.of(live));
    return (ObjectNode) merged(applied, desired, live);
  }

  /** Returns the applied fields that may be removed: the annotation is untrusted. */
  private static JsonNode removable(JsonNode applied) {
    if (applied.path("metadata") instanceof ObjectNode metadata) {
      metadata.retain(REMOVABLE_METADATA);
    }
    return applied;
  }

  private static JsonNode merged(JsonNode applied, JsonNode desired, JsonNode live) {
    if (desired instanceof ObjectNode wanted && live instanceof ObjectNode there) {
      ObjectNode result = SharedNodes.copy(there);
      for (Map.Entry<String, JsonNode> field : applied.properties()) {
        if (!wanted.has(field.getKey())) {
          remove(field.getKey(), field.getValue(), result);
        }
      }
      for (Map.Entry<String, JsonNode> field : wanted.properties()) {
        String name = field.getKey();
        if (!field.getValue().isNull()) {
          result.set(name, merged(applied.path(name), field.getValue(), there.path(name)));
        }
      }
      return result;
    }
    if (desired instanceof ArrayNode wanted && live instanceof ArrayNode there) {
      return isMet(applied, wanted, there) ? live : desired;
    }
    return isSame(desired, live) ? live : desired;
  }

  /** Returns whether merging the elements of a list one by one would change none. */
  private static boolean isMet(JsonNode applied, ArrayNode wanted, ArrayNode live) {
    if (wanted.size() != live.size()) {
      return false;
    }
    for (int i = 0; i < live.size(); i++) {
      if (!merged(applied.path(i), wanted.get(i), live.get(i)).equals(live.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Removes a field with what was applied below it; the fields of others below it stay. */
  private static void remove(String name, JsonNode applied, ObjectNode from) {
    if (applied instanceof ObjectNode below
        && !below.isEmpty()
        && from.path(name) instanceof ObjectNode live) {
      ObjectNode left = SharedNodes.copy(live);
      List.copyOf(below.properties())
          .forEach(field -> remove(field.getKey(), field.getValue(), left));
      if (!left.isEmpty()) {
        from.set(name, left);
        return;
      }
    }
    from.remove(name);
  }

  private static boolean isSame(JsonNode one, JsonNode other) {
    return (one.isNumber() && other.isNumber())
        ? one.decimalValue().compareTo(other.decimalValue()) == 0
        : one.equals(other);
  }
}
