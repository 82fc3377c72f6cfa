package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.simulated.apply.TypedCheck.MistypedException;
import dev.sluice.simulated.schema.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Granularity of ownership in a value of a type: as a whole, by key, or by element. */
enum Shape {
  LEAF,
  MAP,
  LIST;

  /** Returns the shape of a type; if the type leaves it open, it is derived from the value. */
  static Shape of(Type type, @Nullable JsonNode value) {
    return switch (type) {
      case Type.Scalar s -> LEAF;
      case Type.Struct s -> s.atomic() ? LEAF : MAP;
      case Type.MapOf m -> m.atomic() ? LEAF : MAP;
      case Type.ListOf l -> l.kind() instanceof Type.ListKind.Atomic ? LEAF : LIST;
      case Type.Any a -> value != null && value.isObject() ? MAP : LEAF;
    };
  }

  /** Returns the type below a key, or {@link Type.Any} if none is declared. */
  static Type child(Type type, String key) {
    return type.child(key).orElseGet(Type.Any::new);
  }

  /** Returns the elements of a list by their identity; elements with equal keys share an entry. */
  static Map<PathElement, List<JsonNode>> index(Type.ListOf type, @Nullable JsonNode list) {
    Map<PathElement, List<JsonNode>> result = new LinkedHashMap<>();
    if (list != null) {
      list.forEach(
          item -> result.computeIfAbsent(element(type, item), e -> new ArrayList<>()).add(item));
    }
    return result;
  }

  /**
   * Returns the identity of a list element.
   *
   * @throws MistypedException if the element lacks a key
   */
  static PathElement element(Type.ListOf type, JsonNode item) {
    return switch (type.kind()) {
      case Type.ListKind.Set s -> new PathElement.Value(item);
      case Type.ListKind.Keyed(List<Type.ListKind.Key> keys) -> {
        if (!item.isObject()) {
          throw new MistypedException("associative list with keys may not have non-map elements");
        }
        SortedMap<String, JsonNode> fields = new TreeMap<>();
        for (Type.ListKind.Key key : keys) {
          JsonNode value = item.get(key.field());
          if (value != null) {
            fields.put(key.field(), value);
          } else if (key.otherwise().isPresent()) {
            fields.put(key.field(), key.otherwise().get());
          } else if (keys.size() == 1) {
            throw new MistypedException(
                "associative list with keys has an element that omits key field \""
                    + key.field()
                    + "\" (and doesn't have default value)");
          } else {
            fields.put(key.field(), JsonNodeFactory.instance.nullNode());
          }
        }
        yield new PathElement.Key(fields);
      }
      case Type.ListKind.Atomic a -> throw new IllegalStateException("atomic lists have no keys");
    };
  }

  static List<PathElement> append(List<PathElement> path, PathElement step) {
    List<PathElement> result = new ArrayList<>(path.size() + 1);
    result.addAll(path);
    result.add(step);
    return result;
  }

  static boolean isEmpty(@Nullable JsonNode value) {
    return value == null || value.isNull() || value.isEmpty();
  }
}
