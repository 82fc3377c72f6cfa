package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One element of a set, for which one application is generated.
 *
 * @param values by name; a name may have dots, and a value may be a mapping or a list
 * @param origin such as {@code directory apps/web of shop}, for messages
 */
public record Element(Map<String, JsonNode> values, String origin) {

  public Element {
    values = Map.copyOf(values);
  }

  /**
   * Returns a value.
   *
   * @param name of it, or a path into it such as {@code labels.team} or {@code path.segments[1]}
   */
  public Optional<JsonNode> value(String name) {
    JsonNode exact = values.get(name);
    if (exact != null) {
      return Optional.of(exact);
    }
    return new TreeMap<>(values)
        .descendingMap().entrySet().stream()
            .filter(entry -> isPathInto(entry.getKey(), name))
            .findFirst()
            .flatMap(entry -> within(entry.getValue(), name.substring(entry.getKey().length())));
  }

  private static boolean isPathInto(String key, String name) {
    return name.startsWith(key)
        && (name.charAt(key.length()) == '.' || name.charAt(key.length()) == '[');
  }

  /** Returns what is at a rest of a path; keys of mappings may have dots. */
  private static Optional<JsonNode> within(JsonNode node, String rest) {
    if (rest.isEmpty()) {
      return Optional.of(node);
    }
    if (rest.startsWith("[")) {
      int close = rest.indexOf(']');
      if (!node.isArray() || close < 0 || !rest.substring(1, close).matches("\\d{1,4}")) {
        return Optional.empty();
      }
      return Optional.ofNullable(node.get(Integer.parseInt(rest.substring(1, close))))
          .flatMap(found -> within(found, rest.substring(close + 1)));
    }
    String path = rest.substring(1);
    JsonNode whole = node.get(path);
    if (whole != null) {
      return Optional.of(whole);
    }
    for (int end = 1; end < path.length(); end++) {
      boolean isStep = path.charAt(end) == '.' || path.charAt(end) == '[';
      JsonNode next = isStep ? node.get(path.substring(0, end)) : null;
      if (next != null) {
        return within(next, path.substring(end));
      }
    }
    return Optional.empty();
  }
}
