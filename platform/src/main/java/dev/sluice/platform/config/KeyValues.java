package dev.sluice.platform.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A value of the form {@code key=value,key=value}; keys may be repeated. */
public final class KeyValues {

  private final String what;
  private final Map<String, List<String>> values;

  private KeyValues(String what, Map<String, List<String>> values) {
    this.what = what;
    this.values = values;
  }

  /**
   * Parses the pairs.
   *
   * @param what the name of the value in messages, such as {@code endpoint}
   * @throws IllegalArgumentException on an unknown key or anything that is not a pair
   */
  public static KeyValues parse(String what, String text, Set<String> known) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("expected %s as key=value,key=value".formatted(what));
      }
      String key = pair.substring(0, equals).strip();
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            "unknown key '%s' in %s; known: %s"
                .formatted(key, what, String.join(", ", known.stream().sorted().toList())));
      }
      values.computeIfAbsent(key, k -> new ArrayList<>()).add(pair.substring(equals + 1).strip());
    }
    return new KeyValues(what, values);
  }

  /**
   * Returns the value of a key.
   *
   * @throws IllegalArgumentException if it is missing
   */
  public String get(String key) {
    return find(key)
        .orElseThrow(() -> new IllegalArgumentException("%s needs %s=...".formatted(what, key)));
  }

  public Optional<String> find(String key) {
    List<String> all = all(key);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  public List<String> all(String key) {
    return List.copyOf(values.getOrDefault(key, List.of()));
  }
}
