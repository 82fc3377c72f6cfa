package dev.sluice.standalone.client.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandWordTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"kind": "re-evaluate"}                         | sync
          {"kind": "resync"}                              | sync --force
          {"kind": "resync", "retries": ["east/web/1"]}   | retry
          {"kind": "restore", "commit": "1"}              | rollback
          {"kind": "rebuild"}                             | rebuild
          {"kind": "suspend"}                             | suspend
          {"kind": "approve", "generation": 1}            | approve
          {"kind": "approve", "fleet": "d"}               | approve --fleet
          {"kind": "discard", "entry": "east/web/1"}      | discard
          """)
  void aCommandIsNamedAsItIsTyped(String command, String word) throws Exception {
    assertThat(CommandWord.of(json("{\"id\": \"c\", \"command\": %s}".formatted(command))))
        .isEqualTo(word);
  }

  @Test
  void theReasonOfAGenerationHasTheCommandThatCausedIt() throws Exception {
    JsonNode retry =
        json("{\"id\": \"c/2\", \"command\": {\"kind\": \"resync\", \"retries\": [\"e\"]}}");
    JsonNode force = json("{\"id\": \"c/1\", \"command\": {\"kind\": \"resync\"}}");
    JsonNode generation = json("{\"reason\": \"command resync\", \"causes\": [\"c/2\"]}");
    JsonNode pushed = json("{\"reason\": \"web/a.yaml\", \"causes\": [\"c/2\"]}");

    assertThat(CommandWord.reason(generation, List.of(force, retry))).isEqualTo("command retry");
    assertThat(CommandWord.reason(generation, List.of())).isEqualTo("command sync --force");
    assertThat(CommandWord.reason(pushed, List.of(retry))).isEqualTo("web/a.yaml");
    assertThat(CommandWord.inReasons(List.of(generation, pushed), List.of(retry)))
        .extracting(one -> one.get("reason").asText())
        .containsExactly("command retry", "web/a.yaml");
    assertThat(generation.get("reason").asText()).isEqualTo("command resync");
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return Json.mapper().readTree(text);
  }
}
