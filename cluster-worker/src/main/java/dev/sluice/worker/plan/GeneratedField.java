package dev.sluice.worker.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.manifest.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A field whose value differs between two renderings of the same inputs.
 *
 * @param path names of fields and indices of lists; empty if the object itself is not in both
 */
public record GeneratedField(ObjectRef object, List<String> path) {

  public GeneratedField {
    path = List.copyOf(path);
  }

  /** Returns the fields of the first rendering that the second one has with other values. */
  public static List<GeneratedField> between(List<Manifest> first, List<Manifest> second) {
    Map<ObjectRef, Manifest> others = new LinkedHashMap<>();
    second.forEach(manifest -> others.put(manifest.ref(), manifest));
    List<GeneratedField> fields = new ArrayList<>();
    for (Manifest manifest : first) {
      Manifest other = others.get(manifest.ref());
      if (other == null) {
        fields.add(new GeneratedField(manifest.ref(), List.of()));
      } else {
        compare(manifest.ref(), List.of(), manifest.content(), other.content(), fields);
      }
    }
    return fields;
  }

  private static void compare(
      ObjectRef object,
      List<String> path,
      JsonNode one,
      JsonNode other,
      List<GeneratedField> fields) {
    if (one.equals(other)) {
      return;
    }
    if (one instanceof ObjectNode && other instanceof ObjectNode) {
      TreeSet<String> names = new TreeSet<>();
      one.fieldNames().forEachRemaining(names::add);
      names.forEach(
          name -> compare(object, below(path, name), one.path(name), other.path(name), fields));
    } else if (one instanceof ArrayNode
        && other instanceof ArrayNode
        && one.size() == other.size()) {
      for (int i = 0; i < one.size(); i++) {
        compare(object, below(path, Integer.toString(i)), one.get(i), other.get(i), fields);
      }
    } else {
      fields.add(new GeneratedField(object, path));
    }
  }

  private static List<String> below(List<String> path, String name) {
    List<String> below = new ArrayList<>(path);
    below.add(name);
    return below;
  }

  /** Returns whether the field is an annotation of the object or of its Pods. */
  public boolean isAnnotation() {
    int at = path.size() - 3;
    return at >= 0 && path.subList(at, at + 2).equals(List.of("metadata", "annotations"));
  }

  /** Returns whether the field is directly below a field of the object. */
  public boolean isBelow(String name) {
    return path.size() == 2 && path.getFirst().equals(name);
  }

  /** Returns the field's value in a version of the object; missing if it has none. */
  public JsonNode in(JsonNode version) {
    JsonNode value = version;
    for (String name : path) {
      value = value.isArray() ? value.path(Integer.parseInt(name)) : value.path(name);
    }
    return value;
  }

  @Override
  public String toString() {
    return path.isEmpty()
        ? "the name of %s".formatted(object)
        : "%s %s".formatted(object, String.join(".", path));
  }
}
