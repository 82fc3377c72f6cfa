package dev.sluice.worker.fields;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.List;

/**
 * The fields of one object that may differ from Git: those that rules name, and the replicas that
 * an autoscaler has set. Such a field keeps its live value: if another manager owns it, Sluice does
 * not apply it, and otherwise Sluice applies the live value.
 */
public final class IgnoredFields {

  /** No rules. */
  public static final IgnoredFields NONE = new IgnoredFields(List.of());

  /** The manager that writes for the HorizontalPodAutoscaler, by the scale subresource. */
  private static final String AUTOSCALER = "kube-controller-manager";

  private final List<IgnoredDifference> rules;

  private IgnoredFields(List<IgnoredDifference> rules) {
    this.rules = rules;
  }

  /** Returns the fields of an object that these rules name. */
  public static IgnoredFields of(ObjectRef ref, List<IgnoredDifference> rules) {
    List<IgnoredDifference> about =
        rules.stream()
            .filter(rule -> rule.matches(ref.groupKind(), ref.namespace(), ref.name()))
            .toList();
    return about.isEmpty() ? NONE : new IgnoredFields(about);
  }

  /** Returns whether all fields of a manager may differ. */
  boolean coversManager(String manager) {
    return rules.stream().anyMatch(rule -> rule.managedFieldsManagers().contains(manager));
  }

  /**
   * Returns whether a field may differ.
   *
   * @param path names of fields
   */
  boolean coversField(List<String> path) {
    return rules.stream()
        .flatMap(rule -> rule.jsonPointers().stream())
        .anyMatch(pointer -> isAt(JsonPointer.compile(pointer), path));
  }

  private static boolean isAt(JsonPointer pointer, List<String> path) {
    JsonPointer left = pointer;
    for (String name : path) {
      if (left.matches()) {
        return true;
      }
      if (!name.equals(left.getMatchingProperty())) {
        return false;
      }
      left = left.tail();
    }
    return left.matches();
  }

  /** Returns the manifest of an object that exists, without the fields that may differ. */
  public ObjectNode applicable(ObjectNode manifest, JsonNode live) {
    ObjectNode result = manifest;
    for (IgnoredDifference rule : rules) {
      for (String pointer : rule.jsonPointers()) {
        result = keep(result, live, JsonPointer.compile(pointer));
      }
    }
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      boolean covered =
          isAutoscaled(entry)
              || (!FieldManagers.isOwn(entry) && coversManager(FieldManagers.name(entry)));
      if (covered) {
        result = (ObjectNode) without(result, entry.path("fieldsV1"));
      }
    }
    return result;
  }

  private static boolean isAutoscaled(JsonNode entry) {
    return FieldManagers.name(entry).equals(AUTOSCALER)
        && entry.path("subresource").asText("").equals("scale");
  }

  private static ObjectNode keep(ObjectNode manifest, JsonNode live, JsonPointer pointer) {
    JsonNode wanted = manifest.at(pointer);
    if (wanted.isMissingNode()) {
      return manifest;
    }
    JsonNode kept =
        kept(
            wanted,
            live.at(pointer),
            fields(FieldOwnership.own(live), pointer),
            fields(FieldNames.ofOthers(live), pointer));
    return (ObjectNode) with(manifest, pointer, kept);
  }

  /** Returns what to apply instead of a value; missing for nothing. */
  private static JsonNode kept(JsonNode wanted, JsonNode live, JsonNode own, JsonNode others) {
    if (wanted.isObject() && live.isObject()) {
      ObjectNode result = ((ObjectNode) wanted).objectNode();
      for (var field : wanted.properties()) {
        String entry = FieldNames.ofField(field.getKey());
        JsonNode below =
            kept(field.getValue(), live.path(field.getKey()), own.path(entry), others.path(entry));
        if (!below.isMissingNode()) {
          result.set(field.getKey(), below);
        }
      }
      return result;
    }
    boolean isOfOthers = own.isMissingNode() && !others.isMissingNode();
    return isOfOthers ? MissingNode.getInstance() : live;
  }

  private static JsonNode fields(JsonNode fields, JsonPointer pointer) {
    JsonNode at = fields;
    for (JsonPointer left = pointer; !left.matches(); left = left.tail()) {
      at = at.path(FieldNames.ofField(left.getMatchingProperty()));
    }
    return at;
  }

  /** Returns a tree with another value, a missing one for none, at an existing place. */
  private static JsonNode with(JsonNode tree, JsonPointer at, JsonNode value) {
    if (at.matches()) {
      return value;
    }
    if (tree instanceof ObjectNode object) {
      String name = at.getMatchingProperty();
      ObjectNode copy = SharedNodes.copy(object);
      JsonNode below = with(object.path(name), at.tail(), value);
      if (below.isMissingNode()) {
        copy.remove(name);
      } else {
        copy.set(name, below);
      }
      return copy;
    }
    ArrayNode copy = JsonNodeFactory.instance.arrayNode(tree.size());
    for (int i = 0; i < tree.size(); i++) {
      JsonNode below =
          i == at.getMatchingIndex() ? with(tree.get(i), at.tail(), value) : tree.get(i);
      if (!below.isMissingNode()) {
        copy.add(below);
      }
    }
    return copy;
  }

  /** Returns a value without the fields that an entry names; the same if it has none of them. */
  private static JsonNode without(JsonNode value, JsonNode fields) {
    JsonNode result = value;
    for (var field : fields.properties()) {
      String entry = field.getKey();
      if (FieldNames.field(entry).isPresent() && result instanceof ObjectNode object) {
        String name = FieldNames.field(entry).get();
        JsonNode there = object.path(name);
        if (there.isMissingNode()) {
          continue;
        }
        ObjectNode copy = SharedNodes.copy(object);
        if (field.getValue().isEmpty()) {
          copy.remove(name);
        } else {
          copy.set(name, without(there, field.getValue()));
        }
        result = copy;
      } else if (result.isArray()) {
        JsonNode element = FieldNames.element(entry, result);
        if (!element.isMissingNode() && !field.getValue().isEmpty()) {
          result = FilledFields.replaced(result, element, without(element, field.getValue()));
        }
      }
    }
    return result;
  }
}
