package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Names of the objects that workload controllers create. */
final class Names {
  private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";
  private static final int LONGEST_PREFIX = 58;
  private static final int FNV_START = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;
  private static final SplittableRandom RANDOM = new SplittableRandom();

  private Names() {}

  /** Gives an object a name with a random end. */
  static void generate(ObjectNode object, String prefix) {
    StringBuilder name =
        new StringBuilder(prefix.substring(0, Math.min(prefix.length(), LONGEST_PREFIX)));
    for (int i = 0; i < 5; i++) {
      name.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    object.withObject("/metadata").put("generateName", prefix).put("name", name.toString());
  }

  /** Returns the hash of a template, in letters that make no words. */
  static String hash(JsonNode template) {
    int hash = FNV_START;
    for (byte b : sorted(template).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    StringBuilder text = new StringBuilder();
    for (char c : Integer.toUnsignedString(hash).toCharArray()) {
      text.append(LETTERS.charAt(c % LETTERS.length()));
    }
    return text.toString();
  }

  private static String sorted(JsonNode value) {
    if (!value.isObject()) {
      return value.isArray()
          ? value.valueStream().map(Names::sorted).toList().toString()
          : value.toString();
    }
    Map<String, String> fields = new TreeMap<>();
    value.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
    return fields.toString();
  }
}
