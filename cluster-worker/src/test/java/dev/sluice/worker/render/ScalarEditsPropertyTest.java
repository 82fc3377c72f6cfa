package dev.sluice.worker.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.manifest.YamlDocument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** However a text is written, only its replaced values read differently. */
class ScalarEditsPropertyTest {

  private static final String OLD = "https://git.example/a/b?ref=v1";
  private static final String NEW = "../.sluice/bases/git.example+a+b@v1";
  private static final List<FlowStyle> STYLES =
      List.of(FlowStyle.AUTO, FlowStyle.BLOCK, FlowStyle.FLOW);
  private static final List<String> KEYS =
      List.of("resources", "path", "other", "a b", "é\uD83D\uDE00");
  private static final List<String> TEXTS =
      List.of(
          OLD,
          "x" + OLD,
          "",
          "- x",
          "a: b",
          "# c",
          "yes",
          "0",
          "two\nlines\n",
          "é\uD83D\uDE00",
          "'q' \"r\"");

  @Test
  void onlyTheReplacedValuesReadDifferently() throws Exception {
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      Object value = mapping(random, 0);
      String text = new Dump(settings(random)).dumpToString(value);

      String edited = ScalarEdits.apply(text, ScalarEditsPropertyTest::edit);

      JsonNode expected = exchanged(read(text), "");
      assertThat(read(edited)).as("seed %d:%n%s", seed, text).isEqualTo(expected);
    }
  }

  private static Optional<String> edit(List<String> keys, String value) {
    String key = keys.isEmpty() ? "" : keys.getLast();
    return (key.equals("resources") || key.equals("path")) && value.equals(OLD)
        ? Optional.of(NEW)
        : Optional.empty();
  }

  private static JsonNode exchanged(JsonNode node, String key) {
    if (node.isObject()) {
      ObjectNode copy = Json.mapper().createObjectNode();
      node.properties()
          .forEach(entry -> copy.set(entry.getKey(), exchanged(entry.getValue(), entry.getKey())));
      return copy;
    }
    if (node.isArray()) {
      ArrayNode copy = Json.mapper().createArrayNode();
      node.forEach(element -> copy.add(exchanged(element, key)));
      return copy;
    }
    return node.isTextual()
        ? edit(List.of(key), node.textValue()).<JsonNode>map(TextNode::valueOf).orElse(node)
        : node;
  }

  private static JsonNode read(String text) throws Exception {
    return YamlDocument.readAll(text, "text").getFirst().content();
  }

  private static DumpSettings settings(Random random) {
    return DumpSettings.builder()
        .setDefaultFlowStyle(STYLES.get(random.nextInt(STYLES.size())))
        .setDefaultScalarStyle(
            List.of(
                    ScalarStyle.PLAIN,
                    ScalarStyle.SINGLE_QUOTED,
                    ScalarStyle.DOUBLE_QUOTED,
                    ScalarStyle.LITERAL,
                    ScalarStyle.FOLDED)
                .get(random.nextInt(5)))
        .setUseUnicodeEncoding(random.nextBoolean())
        .setWidth(random.nextBoolean() ? 80 : 20)
        .build();
  }

  private static Map<String, Object> mapping(Random random, int depth) {
    Map<String, Object> mapping = new LinkedHashMap<>();
    for (int i = random.nextInt(4) + 1; i > 0; i--) {
      mapping.put(KEYS.get(random.nextInt(KEYS.size())), value(random, depth + 1));
    }
    return mapping;
  }

  private static Object value(Random random, int depth) {
    return switch (depth > 3 ? 0 : random.nextInt(4)) {
      case 1 -> mapping(random, depth);
      case 2 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth + 1));
        }
        yield list;
      }
      default -> TEXTS.get(random.nextInt(TEXTS.size()));
    };
  }
}
