package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.schema.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merge of an applied configuration into a live value; fields that it does not mention stay. */
final class Merge {
  private Merge() {}

  static JsonNode of(Type type, @Nullable JsonNode live, @Nullable JsonNode applied) {
    if (applied == null || applied.isMissingNode()) {
      return java.util.Objects.requireNonNull(live);
    }
    Shape shape = Shape.of(type, applied);
    if (live == null || shape == Shape.LEAF || Shape.isEmpty(live) || Shape.isEmpty(applied)) {
      boolean keepsLive =
          live != null && shape != Shape.LEAF && !Shape.isEmpty(live) && Shape.isEmpty(applied);
      return keepsLive ? live : applied;
    }
    if (shape == Shape.MAP) {
      return live.isObject() ? map(type, live, applied) : applied;
    }
    return live.isArray() && applied.isArray() ? list((Type.ListOf) type, live, applied) : applied;
  }

  private static JsonNode map(Type type, JsonNode live, JsonNode applied) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    live.properties()
        .forEach(
            e ->
                result.set(
                    e.getKey(),
                    of(Shape.child(type, e.getKey()), e.getValue(), applied.get(e.getKey()))));
    applied
        .properties()
        .forEach(
            e -> {
              if (!live.has(e.getKey())) {
                result.set(e.getKey(), e.getValue());
              }
            });
    return result;
  }

  /**
   * Merges associative lists: applied elements keep their order, and elements that only the live
   * list has keep their position between them.
   */
  private static JsonNode list(Type.ListOf type, JsonNode live, JsonNode applied) {
    Map<PathElement, List<JsonNode>> left = Shape.index(type, live);
    Map<PathElement, List<JsonNode>> right = Shape.index(type, applied);
    Deque<PathElement> lefts = new ArrayDeque<>();
    live.forEach(item -> lefts.add(Shape.element(type, item)));
    Deque<PathElement> rights = new ArrayDeque<>(right.keySet());
    Deque<PathElement> shared = new ArrayDeque<>(right.keySet());
    shared.removeIf(e -> !left.containsKey(e));
    Deque<JsonNode> liveItems = new ArrayDeque<>();
    live.forEach(liveItems::add);

    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    Set<PathElement> merged = new HashSet<>();
    while (!lefts.isEmpty() || !rights.isEmpty()) {
      PathElement l = lefts.peek();
      PathElement r = rights.peek();
      if (l != null && !right.containsKey(l)) {
        lefts.poll();
        result.add(liveItems.poll());
        continue;
      }
      boolean passedOver = !shared.isEmpty() && !java.util.Objects.equals(l, shared.peek());
      if (l != null && r != null && !l.equals(r) && passedOver) {
        lefts.poll();
        liveItems.poll();
        continue;
      }
      if (l != null && (l.equals(r) || merged.contains(l))) {
        lefts.poll();
        liveItems.poll();
      }
      if (r != null) {
        rights.poll();
        merged.add(r);
        if (r.equals(shared.peek())) {
          shared.poll();
        }
        result.add(mergeItem(type, left.get(r), right.get(r).getFirst()));
      }
    }
    return result;
  }

  private static JsonNode mergeItem(
      Type.ListOf type, @Nullable List<JsonNode> live, JsonNode applied) {
    return live == null || live.size() > 1 ? applied : of(type.element(), live.getFirst(), applied);
  }
}
