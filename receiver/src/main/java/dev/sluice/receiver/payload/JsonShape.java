package dev.sluice.receiver.payload;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fields to read from a document, as a tree that a parser follows. A field is written as the names
 * on its path, joined by '.'; {@code []} after a name means each element of a list: {@code
 * changes[].ref.id}.
 */
final class JsonShape {

  private static final String EACH = "[]";

  private final Map<String, Node> children = new HashMap<>();

  private JsonShape() {}

  static JsonShape of(String... fields) {
    JsonShape shape = new JsonShape();
    for (String field : fields) {
      shape.add("", List.of(field.split("\\.")), false);
    }
    return shape;
  }

  /**
   * Adds texts that are only shown to people, after all others. Whatever is wrong with them, the
   * rest of the document stays readable.
   */
  JsonShape shown(String... fields) {
    for (String field : fields) {
      add("", List.of(field.split("\\.")), true);
    }
    return this;
  }

  /** Returns the node for a member, or null if nothing in it is to be read. */
  @org.jspecify.annotations.Nullable
  Node child(String name) {
    return children.get(name);
  }

  private void add(String prefix, List<String> names, boolean shown) {
    String first = names.getFirst();
    boolean list = first.endsWith(EACH);
    String name = list ? first.substring(0, first.length() - EACH.length()) : first;
    String field = prefix + name;
    Node node = children.computeIfAbsent(name, _ -> new Node(field, list, shown, new JsonShape()));
    if (names.size() > 1) {
      node.inner().add(list ? "" : field + ".", names.subList(1, names.size()), shown);
    }
  }

  /**
   * Member to read.
   *
   * @param field its full name, from the document or from the list element that contains it
   * @param shown whether everything to be read in it is only shown to people
   * @param inner the fields to read inside it, or inside each of its elements
   */
  record Node(String field, boolean list, boolean shown, JsonShape inner) {

    /** Returns whether the value itself is to be read. */
    boolean leaf() {
      return inner.children.isEmpty();
    }
  }
}
