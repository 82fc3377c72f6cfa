package dev.sluice.contract.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A YAML mapping whose field names are case-insensitive, as in kustomize; a field that is given
 * twice in different case has both values. Values of unexpected types are refused with a {@link
 * YamlException}.
 *
 * @param where the file, for messages
 */
public record YamlFields(Map<?, ?> fields, String where) {

  /**
   * Returns the fields of a document.
   *
   * @throws YamlException if it is not a mapping
   */
  public static YamlFields of(Object document, String where) {
    if (document instanceof Map<?, ?> map) {
      return new YamlFields(map, where);
    }
    throw YamlException.invalid("'%s' is not a mapping of fields".formatted(where));
  }

  /** Returns the texts in the list of this name. */
  public List<String> texts(String name) {
    return items(name).stream().map(item -> text(name, item)).toList();
  }

  /** Returns the mappings in the list of this name; a single mapping counts as a list. */
  public List<YamlFields> mappings(String name) {
    return items(name).stream().map(item -> new YamlFields(mapping(name, item), where)).toList();
  }

  /** Returns the items of the list of this name. */
  public List<Object> items(String name) {
    List<Object> items = new ArrayList<>();
    for (Object value : values(name)) {
      if (value instanceof List<?> list) {
        items.addAll(list.stream().filter(item -> item != null).toList());
      } else if (value instanceof Map<?, ?>) {
        items.add(value);
      } else {
        throw wrong(name, "a list");
      }
    }
    return items;
  }

  /** Returns all texts of this name. */
  public List<String> text(String name) {
    return values(name).stream()
        .map(value -> text(name, value))
        .filter(value -> !value.isEmpty())
        .toList();
  }

  /** Returns the first text of this name; empty if there is none. */
  public String first(String name) {
    return text(name).stream().findFirst().orElse("");
  }

  public Optional<YamlFields> mapping(String name) {
    return mappings(name).stream().findFirst();
  }

  public boolean has(String name) {
    return !values(name).isEmpty();
  }

  private List<Object> values(String name) {
    List<Object> values = new ArrayList<>();
    fields.forEach(
        (key, value) -> {
          if (value != null && key instanceof String text && text.equalsIgnoreCase(name)) {
            values.add(value);
          }
        });
    return values;
  }

  private Map<?, ?> mapping(String name, Object item) {
    if (item instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(name, "made of mappings");
  }

  private String text(String name, Object item) {
    if (item instanceof String text) {
      return text;
    }
    throw wrong(name, "text");
  }

  private YamlException wrong(String name, String expected) {
    return YamlException.invalid("%s in '%s' is not %s".formatted(name, where, expected));
  }
}
