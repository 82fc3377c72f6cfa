package dev.sluice.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The AsyncAPI document has every event type in its topic, with its schema. Run with {@code
 * -Dsluice.write-docs=true} to write it.
 */
class AsyncApiTest {

  private static final Path DOCUMENT = Path.of("src/main/resources/schemas/asyncapi.yaml");

  @Test
  void theDocumentIsUpToDate() throws IOException {
    String generated = AsyncApi.document();
    if (Boolean.getBoolean("sluice.write-docs")) {
      Files.writeString(DOCUMENT, generated);
    }
    assertThat(DOCUMENT).hasContent(generated);
  }

  @Test
  void everyTypeHasOneTopic() {
    for (EventType type : EventType.values()) {
      assertThat(Channel.ALL.stream().filter(channel -> channel.types().contains(type)))
          .as(type.slug())
          .hasSize(1);
    }
  }

  @Test
  void innerTypesWithTheSameNameAreTheSame() {
    Map<String, JsonNode> known = new HashMap<>();
    for (EventType type : EventType.values()) {
      EventSchemas.of(type)
          .path("$defs")
          .properties()
          .forEach(
              inner -> {
                JsonNode first = known.putIfAbsent(inner.getKey(), inner.getValue());
                assertThat(inner.getValue()).isEqualTo(first == null ? inner.getValue() : first);
              });
    }
  }

  @Test
  void theDocumentNeedsNoOtherFile() throws IOException {
    assertThat(Files.readString(DOCUMENT).lines())
        .filteredOn(line -> line.contains("$ref:"))
        .isNotEmpty()
        .allMatch(line -> line.matches(".*\\$ref: [\"']?#/(components|channels)/.*"));
  }
}
