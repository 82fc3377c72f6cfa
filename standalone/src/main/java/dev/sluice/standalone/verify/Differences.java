package dev.sluice.standalone.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/**
 * Differences between a manifest and a live object. Fields that only the live object has (defaults,
 * status, other managers' fields) do not count; list items are matched by {@code name}, or else by
 * position.
 */
final class Differences {

  private Differences() {}

  /** Returns the first field that differs, without its values, which may be secret. */
  static Optional<String> between(JsonNode wanted, JsonNode live) {
    return between("", wanted, live);
  }

  private static Optional<String> between(String path, JsonNode wanted, JsonNode live) {
    if (wanted.isObject() && live.isObject()) {
      return objects(path, wanted, live);
    }
    if (wanted.isArray() && live.isArray()) {
      return arrays(path, wanted, live);
    }
    return sameScalar(wanted, live)
        ? Optional.empty()
        : Optional.of("field %s is not what Git says".formatted(path));
  }

  private static Optional<String> objects(String path, JsonNode wanted, JsonNode live) {
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      JsonNode value = live.get(field.getKey());
      if (value == null) {
        if (field.getValue().isNull() || isEmpty(field.getValue())) {
          continue;
        }
        return Optional.of("field %s/%s is missing".formatted(path, field.getKey()));
      }
      Optional<String> difference = between(path + "/" + field.getKey(), field.getValue(), value);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> arrays(String path, JsonNode wanted, JsonNode live) {
    if (live.size() < wanted.size()) {
      return Optional.of("list %s is shorter than Git says".formatted(path));
    }
    for (int i = 0; i < wanted.size(); i++) {
      JsonNode item = wanted.get(i);
      Optional<String> difference =
          between(path + "/" + i, item, counterpart(item, live).orElse(live.get(i)));
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<JsonNode> counterpart(JsonNode item, JsonNode live) {
    if (!item.path("name").isTextual()) {
      return Optional.empty();
    }
    for (JsonNode candidate : live) {
      if (candidate.path("name").equals(item.path("name"))) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static boolean sameScalar(JsonNode wanted, JsonNode live) {
    return wanted.equals(live) || wanted.asText().equals(live.asText()) || wanted.isNull();
  }

  private static boolean isEmpty(JsonNode node) {
    return (node.isObject() || node.isArray()) && node.isEmpty();
  }
}
