package dev.sluice.worker.fields;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.util.Optional;

/**
 * Names in {@code fieldsV1}: {@code f:} with a field's name, {@code k:} with the keys of a list's
 * element, {@code v:} with an element's value, and {@code .} for the field or element itself.
 */
final class FieldNames {

  static final String ITSELF = ".";

  private FieldNames() {}

  static String ofField(String name) {
    return "f:" + name;
  }

  /** Returns the name of the field that an entry is about; empty for elements of lists. */
  static Optional<String> field(String entry) {
    return entry.startsWith("f:") ? Optional.of(entry.substring(2)) : Optional.empty();
  }

  /** Returns the element of a list that an entry is about; missing if there is none. */
  static JsonNode element(String entry, JsonNode list) {
    JsonNode named = named(entry);
    boolean byKeys = entry.startsWith("k:");
    for (JsonNode element : list) {
      if (byKeys ? hasKeys(named, element) : named.equals(element)) {
        return element;
      }
    }
    return Json.mapper().missingNode();
  }

  /**
   * Returns whether an element of a list has these keys. A key that the element omits has its
   * default value, which is unknown, so it is taken for equal if another key is.
   */
  private static boolean hasKeys(JsonNode named, JsonNode element) {
    boolean anyEqual = false;
    for (var key : named.properties()) {
      JsonNode value = element.path(key.getKey());
      if (value.isMissingNode() || value.isNull()) {
        continue;
      }
      if (!value.asText().equals(key.getValue().asText())) {
        return false;
      }
      anyEqual = true;
    }
    return anyEqual;
  }

  /** Returns the keys of an element, or its value; missing if the entry is about no element. */
  static JsonNode named(String entry) {
    try {
      return Json.mapper().readTree(entry.equals(ITSELF) ? "" : entry.substring(2));
    } catch (JsonProcessingException e) {
      return Json.mapper().missingNode();
    }
  }

  /** Returns the fields of all managers of an object. */
  static ObjectNode all(JsonNode live) {
    ObjectNode all = Json.mapper().createObjectNode();
    live.path("metadata").path("managedFields").forEach(entry -> join(all, entry.path("fieldsV1")));
    return all;
  }

  /** Returns those of the fields that an object, or an element of a list, has. */
  static ObjectNode present(JsonNode fields, JsonNode live) {
    ObjectNode present = Json.mapper().createObjectNode();
    for (var field : fields.properties()) {
      String entry = field.getKey();
      JsonNode there = field(entry).map(live::path).orElseGet(() -> element(entry, live));
      if (entry.equals(ITSELF)) {
        present.putObject(entry);
      } else if (!there.isMissingNode()) {
        present.set(entry, present(field.getValue(), there));
      }
    }
    return present;
  }

  /** Returns the fields of all managers of an object but Sluice. */
  static ObjectNode ofOthers(JsonNode live) {
    ObjectNode others = Json.mapper().createObjectNode();
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (!FieldManagers.isOwn(entry)) {
        join(others, entry.path("fieldsV1"));
      }
    }
    return others;
  }

  /** Adds fields to others. */
  static void join(ObjectNode into, JsonNode fields) {
    for (var field : fields.properties()) {
      if (into.get(field.getKey()) instanceof ObjectNode there
          && field.getValue() instanceof ObjectNode more) {
        join(there, more);
      } else {
        into.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }

  /** Returns the fields that others do not name. */
  static ObjectNode without(JsonNode fields, JsonNode others) {
    ObjectNode left = Json.mapper().createObjectNode();
    for (var field : fields.properties()) {
      JsonNode other = others.path(field.getKey());
      if (other.isMissingNode()) {
        left.set(field.getKey(), field.getValue());
      } else if (!field.getValue().isEmpty()) {
        ObjectNode below = without(field.getValue(), other);
        if (!below.isEmpty()) {
          left.set(field.getKey(), below);
        }
      }
    }
    return left;
  }

  /** Returns whether both name a field, or one of them the field that contains the other's. */
  static boolean meet(JsonNode fields, JsonNode others) {
    for (var field : fields.properties()) {
      JsonNode other = others.path(field.getKey());
      if (other.isMissingNode() || field.getKey().equals(ITSELF)) {
        continue;
      }
      if (field.getValue().isEmpty() || other.isEmpty() || meet(field.getValue(), other)) {
        return true;
      }
    }
    return false;
  }
}
