package dev.sluice.simulated.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.schema.Type;
import dev.sluice.simulated.schema.Type.ListKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Strategic merge patch: like a merge patch, but associative lists and sets are merged by element.
 *
 * <p>The merge key of a list is the first of its keys in server-side apply. The supported
 * directives are {@code $patch: delete}, {@code $patch: replace}, {@code $retainKeys}, {@code
 * $setElementOrder/} and {@code $deleteFromPrimitiveList/}.
 */
public final class StrategicMergePatch {
  private static final String PATCH = "$patch";
  private static final String RETAIN = "$retainKeys";
  private static final String ORDER = "$setElementOrder/";
  private static final String DELETE = "$deleteFromPrimitiveList/";

  private StrategicMergePatch() {}

  /**
   * Applies a strategic merge patch to an object of a built-in type.
   *
   * @throws PatchException if the patch is malformed or uses a directive that is not supported
   */
  public static JsonNode apply(Type type, JsonNode target, JsonNode patch) {
    if (!patch.isObject()) {
      throw PatchException.malformed("error decoding patch: the patch is not an object");
    }
    return map(type, target, patch);
  }

  private static JsonNode map(Type type, @Nullable JsonNode target, JsonNode patch) {
    ObjectNode result =
        target instanceof ObjectNode object
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    switch (patch.path(PATCH).asText()) {
      case "" -> {}
      case "replace" -> {
        ObjectNode replacement = patch.deepCopy();
        replacement.remove(PATCH);
        return replacement;
      }
      case "delete" -> {
        return JsonNodeFactory.instance.objectNode();
      }
      default ->
          throw PatchException.malformed("Unknown patch type found: " + patch.path(PATCH).asText());
    }
    retain(result, patch);
    for (var entry : patch.properties()) {
      String key = entry.getKey();
      if (!key.startsWith("$")) {
        set(type, result, key, entry.getValue());
      } else if (key.startsWith(DELETE)) {
        deletePrimitives(result, key.substring(DELETE.length()), entry.getValue());
      } else if (!key.startsWith(ORDER) && !key.equals(RETAIN) && !key.equals(PATCH)) {
        throw PatchException.notImplemented("the strategic merge directive " + key);
      }
    }
    for (var entry : patch.properties()) {
      if (entry.getKey().startsWith(ORDER)) {
        String field = entry.getKey().substring(ORDER.length());
        if (result.get(field) instanceof ArrayNode list
            && type.child(field).orElseGet(Type.Any::new) instanceof Type.ListOf listType) {
          result.set(field, ordered(listType, list, entry.getValue()));
        }
      }
    }
    return result;
  }

  private static void retain(ObjectNode result, JsonNode patch) {
    if (patch.has(RETAIN)) {
      List<String> keys = new ArrayList<>();
      patch.path(RETAIN).forEach(key -> keys.add(key.asText()));
      result.retain(keys);
    }
  }

  private static void set(Type type, ObjectNode result, String key, JsonNode value) {
    if (value.isNull()) {
      result.remove(key);
      return;
    }
    Type child = type.child(key).orElseGet(Type.Any::new);
    JsonNode now = result.get(key);
    if (value.isObject()) {
      result.set(key, map(child, now, value));
    } else if (value.isArray() && child instanceof Type.ListOf list) {
      result.set(key, list(list, now, value));
    } else {
      result.set(key, value);
    }
  }

  private static JsonNode list(Type.ListOf type, @Nullable JsonNode target, JsonNode patch) {
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    if (target != null) {
      target.forEach(result::add);
    }
    return switch (type.kind()) {
      case ListKind.Atomic a -> patch;
      case ListKind.Set s -> {
        patch.forEach(
            item -> {
              if (indexOf(result, item) < 0) {
                result.add(item);
              }
            });
        yield result;
      }
      case ListKind.Keyed(List<ListKind.Key> keys) ->
          keyed(type, result, patch, keys.getFirst().field());
    };
  }

  private static JsonNode keyed(Type.ListOf type, ArrayNode result, JsonNode patch, String key) {
    for (JsonNode item : patch) {
      if (item.path(PATCH).asText().equals("replace") && !item.has(key)) {
        ArrayNode replacement = JsonNodeFactory.instance.arrayNode();
        patch.forEach(
            other -> {
              if (!other.has(PATCH)) {
                replacement.add(other);
              }
            });
        return replacement;
      }
    }
    for (JsonNode item : patch) {
      JsonNode id = item.get(key);
      if (id == null) {
        throw PatchException.malformed(
            "map: " + item + " does not contain declared merge key: " + key);
      }
      Optional<Integer> at = find(result, key, id);
      if (item.path(PATCH).asText().equals("delete")) {
        at.ifPresent(result::remove);
      } else if (at.isPresent()) {
        result.set(at.get(), map(type.element(), result.get(at.get()), item));
      } else {
        result.add(map(type.element(), null, item));
      }
    }
    return result;
  }

  private static Optional<Integer> find(ArrayNode list, String key, JsonNode id) {
    for (int i = 0; i < list.size(); i++) {
      if (id.equals(list.get(i).get(key))) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static int indexOf(ArrayNode list, JsonNode item) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).equals(item)) {
        return i;
      }
    }
    return -1;
  }

  private static void deletePrimitives(ObjectNode result, String field, JsonNode values) {
    if (result.get(field) instanceof ArrayNode list) {
      values.forEach(
          value -> {
            int at = indexOf(list, value);
            if (at >= 0) {
              list.remove(at);
            }
          });
    }
  }

  /**
   * Orders elements according to the directive; elements that it does not name follow in their old
   * order.
   */
  private static JsonNode ordered(Type.ListOf type, ArrayNode list, JsonNode order) {
    ArrayNode rest = list.deepCopy();
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    for (JsonNode wanted : order) {
      int at =
          type.kind() instanceof ListKind.Keyed(List<ListKind.Key> keys)
              ? find(rest, keys.getFirst().field(), wanted.path(keys.getFirst().field())).orElse(-1)
              : indexOf(rest, wanted);
      if (at >= 0) {
        result.add(rest.remove(at));
      }
    }
    result.addAll(rest);
    return result;
  }
}
