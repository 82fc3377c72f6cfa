package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/**
 * Changes trees whose nodes may stand in several places: the nodes on the way to the change are
 * copied, all others stay shared. Copying a whole tree would write out what aliases expand to.
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
   * Replaces a field's value by a copy that may be changed; by an empty mapping where there is
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
   * Replaces the mappings that are elements of a field's list by copies that the change was made
   * to; does nothing where the field is not a list.
   *
   * @param owner may be changed
   * @param change gets a mapping that it may change
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
