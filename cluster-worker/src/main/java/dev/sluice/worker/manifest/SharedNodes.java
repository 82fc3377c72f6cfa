package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/**
 * Changes trees whose nodes may be shared by several parents: the nodes on the path to the change
 * are copied, all others stay shared. Copying the whole tree would expand its aliases.
 */
public final class SharedNodes {

  private SharedNodes() {}

  /** Returns another mapping with the same values. */
  public static ObjectNode copy(ObjectNode object) {
    ObjectNode copy = object.objectNode();
    copy.setAll(object);
    return copy;
  }

  /**
   * Replaces a field's mapping by a copy that may be changed; adds an empty mapping if there is
   * none.
   *
   * @param owner may be changed
   * @throws IllegalArgumentException if the value is not a mapping
   */
  public static ObjectNode own(ObjectNode owner, String field) {
    JsonNode value = owner.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return owner.putObject(field);
    }
    if (!(value instanceof ObjectNode object)) {
      throw new IllegalArgumentException(field + " is not a mapping");
    }
    ObjectNode own = copy(object);
    owner.set(field, own);
    return own;
  }

  /**
   * Replaces the mappings in a field's list by changed copies; does nothing if the field is not a
   * list.
   *
   * @param owner may be changed
   * @param change receives a mapping that it may change
   */
  static void eachOf(ObjectNode owner, String field, Consumer<ObjectNode> change) {
    if (owner.path(field) instanceof ArrayNode elements && !elements.isEmpty()) {
      ArrayNode own = elements.arrayNode(elements.size());
      for (JsonNode element : elements) {
        if (element instanceof ObjectNode object) {
          ObjectNode changed = copy(object);
          change.accept(changed);
          own.add(changed);
        } else {
          own.add(element);
        }
      }
      owner.set(field, own);
    }
  }
}
