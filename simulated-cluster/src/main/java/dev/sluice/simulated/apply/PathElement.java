package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Element of a field path, written as in the {@code FieldsV1} format of managed fields.
 *
 * <p>Ordered like the keys of the format: names, then keys of associative lists, then values of
 * sets, then indexes.
 */
public sealed interface PathElement extends Comparable<PathElement> {

  /** Field of an object: {@code f:name}. */
  record Name(String name) implements PathElement {
    @Override
    public String encode() {
      return "f:" + name;
    }

    @Override
    public String toString() {
      return "." + name;
    }
  }

  /** Element of an associative list: {@code k:{"name":"value"}}. */
  record Key(SortedMap<String, JsonNode> fields) implements PathElement {
    public Key {
      fields = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(fields));
    }

    @Override
    public String encode() {
      return fields.entrySet().stream()
          .map(e -> Json.text(Json.string(e.getKey())) + ":" + Json.text(e.getValue()))
          .collect(Collectors.joining(",", "k:{", "}"));
    }

    @Override
    public String toString() {
      return fields.entrySet().stream()
          .map(e -> e.getKey() + "=" + Json.text(e.getValue()))
          .collect(Collectors.joining(",", "[", "]"));
    }
  }

  /** Element of a set: {@code v:"value"}. */
  record Value(JsonNode value) implements PathElement {
    @Override
    public String encode() {
      return "v:" + Json.text(value);
    }

    @Override
    public String toString() {
      return "[=" + Json.text(value) + "]";
    }
  }

  /** Element by position: {@code i:0}. */
  record Index(int index) implements PathElement {
    @Override
    public String encode() {
      return "i:" + index;
    }

    @Override
    public String toString() {
      return "[" + index + "]";
    }
  }

  /** Returns this element as a key of a {@code FieldsV1} object. */
  String encode();

  /**
   * Parses a key of a {@code FieldsV1} object.
   *
   * @throws IllegalArgumentException if the text is not such a key
   */
  static PathElement decode(String text) {
    if (text.length() < 2 || text.charAt(1) != ':') {
      throw new IllegalArgumentException("missing colon in path element: " + text);
    }
    String rest = text.substring(2);
    return switch (text.charAt(0)) {
      case 'f' -> new Name(rest);
      case 'k' -> {
        JsonNode node = Json.parse(rest);
        if (!node.isObject()) {
          throw new IllegalArgumentException("not a key: " + text);
        }
        SortedMap<String, JsonNode> fields = new TreeMap<>();
        node.properties().forEach(e -> fields.put(e.getKey(), e.getValue()));
        yield new Key(fields);
      }
      case 'v' -> new Value(Json.parse(rest));
      case 'i' -> new Index(Integer.parseInt(rest));
      default -> throw new IllegalArgumentException("unknown path element: " + text);
    };
  }

  private int rank() {
    return switch (this) {
      case Name n -> 0;
      case Key k -> 1;
      case Value v -> 2;
      case Index i -> 3;
    };
  }

  @Override
  default int compareTo(PathElement other) {
    if (this instanceof Name(String a) && other instanceof Name(String b)) {
      return a.compareTo(b);
    }
    if (this instanceof Key a && other instanceof Key b) {
      return compareKeys(a.fields(), b.fields());
    }
    if (this instanceof Value(JsonNode a) && other instanceof Value(JsonNode b)) {
      return Json.compare(a, b);
    }
    if (this instanceof Index(int a) && other instanceof Index(int b)) {
      return Integer.compare(a, b);
    }
    return Integer.compare(rank(), other.rank());
  }

  private static int compareKeys(SortedMap<String, JsonNode> a, SortedMap<String, JsonNode> b) {
    Iterator<Map.Entry<String, JsonNode>> left = a.entrySet().iterator();
    Iterator<Map.Entry<String, JsonNode>> right = b.entrySet().iterator();
    Comparator<Map.Entry<String, JsonNode>> order =
        Map.Entry.<String, JsonNode>comparingByKey()
            .thenComparing((x, y) -> Json.compare(x.getValue(), y.getValue()));
    while (left.hasNext() && right.hasNext()) {
      int result = order.compare(left.next(), right.next());
      if (result != 0) {
        return result;
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }
}
