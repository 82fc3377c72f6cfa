package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.schema.Type;
import java.util.List;

/** Computation of the fields that an applied configuration claims. */
final class Claims {
  private final FieldSet set = new FieldSet();

  private Claims() {}

  /** Returns the paths that the manager owns after applying {@code value}. */
  static FieldSet of(Type type, JsonNode value) {
    Claims claims = new Claims();
    claims.visit(type, List.of(), value);
    return claims.set;
  }

  private void visit(Type type, List<PathElement> path, JsonNode value) {
    switch (Shape.of(type, value)) {
      case LEAF -> set.insert(path);
      case MAP -> visitMap(type, path, value);
      case LIST -> visitList((Type.ListOf) type, path, value);
    }
  }

  private void visitMap(Type type, List<PathElement> path, JsonNode value) {
    value
        .properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              JsonNode child = entry.getValue();
              List<PathElement> at = Shape.append(path, new PathElement.Name(key));
              visit(Shape.child(type, key), at, child);
              boolean declared =
                  type instanceof Type.Struct struct && struct.fields().containsKey(key);
              if (!declared || child.isNull() || (child.isObject() && child.isEmpty())) {
                set.insert(at);
              }
            });
  }

  private void visitList(Type.ListOf type, List<PathElement> path, JsonNode value) {
    Shape.index(type, value)
        .forEach(
            (element, items) -> {
              List<PathElement> at = Shape.append(path, element);
              if (items.size() == 1) {
                visit(type.element(), at, items.getFirst());
              }
              set.insert(at);
            });
  }
}
