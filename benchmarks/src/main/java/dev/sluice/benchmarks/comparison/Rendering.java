package dev.sluice.benchmarks.comparison;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.ManifestReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The result of one program for one directory. */
sealed interface Rendering {

  /** The program failed. */
  record Failed(String reason) implements Rendering {}

  /** The text that it printed. */
  record Printed(String text) implements Rendering {

    /**
     * Returns the paths of fields whose values differ, of all objects.
     *
     * @throws ManifestException if a text cannot be read
     */
    Set<String> differences(Printed other) throws ManifestException {
      Map<String, String> values = values(text);
      Map<String, String> others = values(other.text);
      Set<String> differences = new TreeSet<>(values.keySet());
      differences.addAll(others.keySet());
      differences.removeIf(path -> Objects.equals(values.get(path), others.get(path)));
      return differences;
    }

    /** Returns whether the worker would read its manifests. */
    boolean isReadable() {
      try {
        values(text);
        return true;
      } catch (ManifestException e) {
        return false;
      }
    }
  }

  /**
   * Returns scalar values by the object's id and the path of the field, read as the worker does.
   */
  private static Map<String, String> values(String text) throws ManifestException {
    Map<String, String> values = new TreeMap<>();
    Map<String, Integer> counts = new HashMap<>();
    for (Manifest manifest : ManifestReader.read(text, "the output")) {
      JsonNode content = manifest.content();
      String id =
          String.join(
              " ",
              content.path("apiVersion").asText(),
              content.path("kind").asText(),
              content.at("/metadata/namespace").asText(),
              content.at("/metadata/name").asText());
      put(id + " #" + counts.merge(id, 1, Integer::sum), content, values);
    }
    return values;
  }

  private static void put(String path, JsonNode node, Map<String, String> values) {
    if (node.isObject() && !node.isEmpty()) {
      node.forEachEntry((key, value) -> put(path + "/" + key, value, values));
    } else if (node.isArray() && !node.isEmpty()) {
      for (int i = 0; i < node.size(); i++) {
        put(path + "/" + i, node.get(i), values);
      }
    } else {
      values.put(path, node.toString());
    }
  }
}
