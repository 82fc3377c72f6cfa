package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Values of a directory's path: itself, its last name, and its names. */
final class PathValues {

  private static final Pattern SEGMENT = Pattern.compile("path\\.segments\\[\\d{1,2}]");

  private PathValues() {}

  static Map<String, JsonNode> of(String directory) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    ArrayNode segments = nodes.arrayNode();
    if (!directory.isEmpty()) {
      for (String name : directory.split("/", -1)) {
        segments.add(name);
      }
    }
    Map<String, JsonNode> values = new HashMap<>();
    values.put("path", nodes.textNode(directory));
    values.put(
        "path.basename", nodes.textNode(directory.substring(directory.lastIndexOf('/') + 1)));
    values.put("path.segments", segments);
    return values;
  }

  static boolean mayHave(String name) {
    return name.equals("path") || name.equals("path.basename") || SEGMENT.matcher(name).matches();
  }
}
