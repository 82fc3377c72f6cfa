package dev.sluice.contract.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSizeTest {

  /** The size counts one comma too many for each mapping and list that is not empty. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "[1,22,333,true,false,null,1.5]",
        "{\"a\":{\"b\":[{},[],\"\"]},\"key\":\"value\"}",
        "\"\\u0000\\u001f\\n\\t\\r\\b\\f\\\\ \\\" /\"",
        "\"\\u00e9\\u20ac\\ud83d\\ude00\\u2028\"",
        "{\"\\u00e9\\ud83d\\ude00\\n\":18446744073709551615}",
      })
  void equalsTheLengthOfTheJson(String json) throws Exception {
    JsonNode node = Json.mapper().readTree(json);
    int bytes = Json.mapper().writeValueAsString(node).getBytes(StandardCharsets.UTF_8).length;

    assertThat(JsonSize.of(node)).isBetween((long) bytes, (long) bytes + containers(node));
  }

  private static int containers(JsonNode node) {
    int count = node.isContainerNode() ? 1 : 0;
    for (JsonNode child : node) {
      count += containers(child);
    }
    return count;
  }
}
