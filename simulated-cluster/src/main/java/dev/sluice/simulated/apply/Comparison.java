package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.schema.Type;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Differences between two values of a type, as field paths. */
record Comparison(FieldSet added, FieldSet modified, FieldSet removed) {

  static Comparison between(Type type, JsonNode before, JsonNode after) {
    Comparison result = new Comparison(new FieldSet(), new FieldSet(), new FieldSet());
    result.visit(type, List.of(), before, after);
    return result;
  }

  boolean isSame() {
    return added.isEmpty() && modified.isEmpty() && removed.isEmpty();
  }

  private void visit(
      Type type, List<PathElement> path, @Nullable JsonNode before, @Nullable JsonNode after) {
    Shape shape = Shape.of(type, after != null ? after : before);
    boolean mixed = before != null && after != null && Shape.of(type, before) != shape;
    boolean bothEmpty = Shape.isEmpty(before) && Shape.isEmpty(after);
    if (shape == Shape.LEAF || mixed || bothEmpty) {
      leaf(path, before, after);
      return;
    }
    if (shape == Shape.MAP) {
      visitMap(type, path, before, after);
    } else {
      visitList((Type.ListOf) type, path, before, after);
    }
    if (before == null) {
      added.insert(path);
    } else if (after == null) {
      removed.insert(path);
    }
  }

  private void leaf(List<PathElement> path, @Nullable JsonNode before, @Nullable JsonNode after) {
    if (before == null) {
      added.insert(path);
    } else if (after == null) {
      removed.insert(path);
    } else if (!Json.same(before, after)) {
      modified.insert(path);
    }
  }

  private void visitMap(
      Type type, List<PathElement> path, @Nullable JsonNode before, @Nullable JsonNode after) {
    TreeSet<String> keys = new TreeSet<>();
    if (before != null) {
      before.fieldNames().forEachRemaining(keys::add);
    }
    if (after != null) {
      after.fieldNames().forEachRemaining(keys::add);
    }
    for (String key : keys) {
      visit(
          Shape.child(type, key),
          Shape.append(path, new PathElement.Name(key)),
          before == null ? null : before.get(key),
          after == null ? null : after.get(key));
    }
  }

  private void visitList(
      Type.ListOf type,
      List<PathElement> path,
      @Nullable JsonNode before,
      @Nullable JsonNode after) {
    Map<PathElement, List<JsonNode>> left = Shape.index(type, before);
    Map<PathElement, List<JsonNode>> right = Shape.index(type, after);
    TreeSet<PathElement> elements = new TreeSet<>(left.keySet());
    elements.addAll(right.keySet());
    for (PathElement element : elements) {
      List<JsonNode> l = left.getOrDefault(element, List.of());
      List<JsonNode> r = right.getOrDefault(element, List.of());
      List<PathElement> at = Shape.append(path, element);
      if (l.size() > 1 || r.size() > 1) {
        if (l.isEmpty()) {
          added.insert(at);
        } else if (r.isEmpty()) {
          removed.insert(at);
        } else if (!l.equals(r)) {
          modified.insert(at);
        }
      } else {
        visit(
            type.element(),
            at,
            l.isEmpty() ? null : l.getFirst(),
            r.isEmpty() ? null : r.getFirst());
      }
    }
  }
}
