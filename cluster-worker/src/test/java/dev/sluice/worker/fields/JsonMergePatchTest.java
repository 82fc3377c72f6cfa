package dev.sluice.worker.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonMergePatchTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a': 1}             | {'a': 1}               | {}",
        "{'a': 1}             | {'a': 2}               | {'a': 2}",
        "{'a': 1, 'b': 1}     | {'b': 1}               | {'a': null}",
        "{'a': {'b': 1}}      | {'a': {'c': 1}}        | {'a': {'b': null, 'c': 1}}",
        "{'a': {'b': 1}}      | {'a': {}}              | {'a': {'b': null}}",
        "{'a': {'b': 1}}      | {'a': [1]}             | {'a': [1]}",
        "{'a': [1]}           | {'a': {'b': {}}}       | {'a': {'b': {}}}",
        "{'a': [{'b': 1}]}    | {'a': [{'b': 2}]}      | {'a': [{'b': 2}]}",
        "{}                   | {'a': {'b': {'c': 1}}} | {'a': {'b': {'c': 1}}}",
      })
  void makesOneObjectOfAnother(String before, String after, String patch)
      throws JsonProcessingException {
    ObjectNode computed = JsonMergePatch.between(json(before), json(after));

    assertThat(computed).isEqualTo(json(patch));
    assertThat(JsonMergePatch.applied(json(before), computed)).isEqualTo(json(after));
  }

  private static ObjectNode json(String text) throws JsonProcessingException {
    return (ObjectNode) Json.mapper().readTree(text.replace('\'', '"'));
  }
}
