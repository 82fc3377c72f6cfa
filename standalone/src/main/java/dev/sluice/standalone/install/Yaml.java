package dev.sluice.standalone.install;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator.Feature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import java.util.Optional;

/** Writes YAML for people and Git repositories. */
final class Yaml {

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .disable(Feature.WRITE_DOC_START_MARKER, Feature.SPLIT_LINES)
          .enable(
              Feature.MINIMIZE_QUOTES,
              Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS,
              Feature.LITERAL_BLOCK_STYLE,
              Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private Yaml() {}

  /** Returns a document, which ends with a line feed. */
  static String document(JsonNode content) {
    try {
      return MAPPER.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }

  /** Returns the mapping in a text; empty if it is none. */
  static Optional<JsonNode> read(String text) {
    try {
      return Optional.of(MAPPER.readTree(text)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  static String documents(List<? extends JsonNode> contents) {
    StringBuilder text = new StringBuilder();
    contents.forEach(content -> text.append("---\n").append(document(content)));
    return text.toString();
  }
}
