package dev.sluice.contract.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads YAML that refers to files. It is safe for untrusted input: no types, limited depth and
 * size, with aliases expanded. Scalars are text or null, so that a file named {@code 1.10} or
 * {@code no} keeps its name.
 */
public final class YamlText {

  private static final int MAX_DOCUMENTS = 1000;
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

  /** The converted nodes, so that nodes shared by aliases stay shared. */
  private final IdentityHashMap<JsonNode, Object> values = new IdentityHashMap<>();

  private YamlText() {}

  /**
   * Returns the documents that are not empty.
   *
   * @throws YamlException with {@code where} if it is not YAML or exceeds the limits
   */
  public static List<Object> documents(String text, String where) {
    YamlText reader = new YamlText();
    List<Object> documents = new ArrayList<>();
    try {
      YamlTrees trees = new YamlTrees(text, YamlText::scalar, Allowance.ofApplication());
      for (var next = trees.next(); next.isPresent(); next = trees.next()) {
        Object document = reader.value(next.get().content());
        if (document != null) {
          documents.add(document);
        }
        if (next.get().index() > MAX_DOCUMENTS) {
          throw YamlException.tooLarge(0, "it has more than %d documents".formatted(MAX_DOCUMENTS));
        }
      }
    } catch (YamlException e) {
      throw e.in(where);
    }
    return documents;
  }

  /** Converts a plain scalar to null or text. */
  private static JsonNode scalar(String plain) {
    return NULLS.contains(plain) ? NullNode.getInstance() : TextNode.valueOf(plain);
  }

  private @Nullable Object value(JsonNode node) {
    if (node.isValueNode()) {
      return node.textValue();
    }
    Object known = values.get(node);
    if (known != null) {
      return known;
    }
    Object value = node.isArray() ? list(node) : map(node);
    values.put(node, value);
    return value;
  }

  private List<@Nullable Object> list(JsonNode array) {
    List<@Nullable Object> list = new ArrayList<>();
    array.forEach(element -> list.add(value(element)));
    return list;
  }

  private Map<String, @Nullable Object> map(JsonNode object) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    object.forEachEntry((key, element) -> map.put(key, value(element)));
    return map;
  }
}
