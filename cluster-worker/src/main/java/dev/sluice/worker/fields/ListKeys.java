package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** The keys of the elements of lists, as Kubernetes' own kinds have them. Pure. */
final class ListKeys {

  /** The fields that identify an element, tried in this order. */
  private static final List<List<String>> KEYS =
      List.of(
          List.of("mountPath"),
          List.of("containerPort", "protocol"),
          List.of("port", "protocol"),
          List.of("name"),
          List.of("key"),
          List.of("type"),
          List.of("uid"));

  private ListKeys() {}

  /** Returns whether an element of one list is at another place of the other. */
  static boolean isReordered(ArrayNode one, ArrayNode other) {
    for (List<String> key : KEYS) {
      Optional<List<List<JsonNode>>> ofOne = values(one, key);
      Optional<List<List<JsonNode>>> ofOther = values(other, key);
      if (ofOne.isPresent() && ofOther.isPresent()) {
        return isReordered(ofOne.get(), ofOther.get());
      }
    }
    return false;
  }

  private static boolean isReordered(List<List<JsonNode>> one, List<List<JsonNode>> other) {
    for (int i = 0; i < one.size(); i++) {
      int place = other.indexOf(one.get(i));
      if (place >= 0 && place != i) {
        return true;
      }
    }
    return false;
  }

  /** Returns the values of a key in each element; empty unless each element has its own. */
  private static Optional<List<List<JsonNode>>> values(ArrayNode list, List<String> key) {
    List<List<JsonNode>> values = new ArrayList<>();
    for (JsonNode element : list) {
      if (!key.stream().allMatch(element::has)) {
        return Optional.empty();
      }
      values.add(key.stream().<JsonNode>map(element::get).toList());
    }
    return new HashSet<>(values).size() == values.size() ? Optional.of(values) : Optional.empty();
  }
}
