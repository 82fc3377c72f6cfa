package dev.sluice.worker.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ThreeWayMergeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // what was applied last | Git | the live object | the result
        "{'a': 1}               | {'a': 2}            | {'a': 1}                   | {'a': 2}",
        "{'a': 1, 'b': 1}       | {'a': 1}            | {'a': 1, 'b': 1, 'c': 1}   | {'a': 1, 'c':"
            + " 1}",
        "{'a': {'b': 1}}        | {}                  | {'a': {'b': 1}}            | {}",
        "{'a': {'b': 1}}        | {}                  | {'a': {'b': 1, 'c': 1}}    | {'a': {'c':"
            + " 1}}",
        "{'a': {'b': 1}}        | {'a': {}}           | {'a': {'b': 1, 'c': 1}}    | {'a': {'c':"
            + " 1}}",
        "{'a': {}}              | {}                  | {'a': {}}                  | {}",
        "{'a': [1, 2]}          | {'a': [1]}          | {'a': [1, 2]}              | {'a': [1]}",
        "{'a': [1]}             | {'a': [1]}          | {'a': [1, 9]}              | {'a': [1]}",
        "{'a': [{'b': 1}]}      | {'a': [{'b': 1}]}   | {'a': [{'b': 1, 'c': 9}]}  | {'a': [{'b':"
            + " 1, 'c': 9}]}",
        "{'a': [{'b': 1}]}      | {'a': [{'b': 2}]}   | {'a': [{'b': 1, 'c': 9}]}  | {'a': [{'b':"
            + " 2}]}",
        "{'a': [{'b': 1, 'c': 1}]} | {'a': [{'b': 1}]} | {'a': [{'b': 1, 'c': 1}]} | {'a': [{'b':"
            + " 1}]}",
        "{'a': 1}               | {'a': null}         | {'a': 1, 'b': 1}           | {'a': 1, 'b':"
            + " 1}",
        "{}                     | {'a': 1.0}          | {'a': 1}                   | {'a': 1}",
        "{'a': 1}               | {'a': {'b': 1}}     | {'a': 1}                   | {'a': {'b':"
            + " 1}}",
        "{'a': {'b': 1}}        | {'a': 1}            | {'a': {'b': 1, 'c': 1}}    | {'a': 1}",
      })
  void mergesTheSpecification(String applied, String git, String live, String result)
      throws JsonProcessingException {
    ObjectNode there = LastApplied.annotated(object(applied));
    there.set("spec", json(live));

    ObjectNode merged = ThreeWayMerge.merge(there, object(git));

    assertThat(merged.path("spec")).isEqualTo(json(result));
  }

  @Test
  void keepsWhatServersAndOthersSet() throws JsonProcessingException {
    ObjectNode live =
        LastApplied.annotated(json("{'metadata': {'name': 'g', 'labels': {'a': '1'}}}"));
    live.withObject("/metadata").put("uid", "u").put("resourceVersion", "7");
    live.withObject("/metadata/labels").put("others", "1");
    live.withObject("/status").put("ready", true);

    ObjectNode merged =
        ThreeWayMerge.merge(live, json("{'metadata': {'name': 'g', 'labels': {'b': '1'}}}"));

    ObjectNode expected = live.deepCopy();
    expected.withObject("/metadata/labels").remove("a");
    expected.withObject("/metadata/labels").put("b", "1");
    assertThat(merged).isEqualTo(expected);
  }

  /** Every user who may write the object may write the annotation. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"metadata\":{\"uid\":0,\"name\":0,\"resourceVersion\":0}}",
        "{\"metadata\":0}",
        "[]",
        "7",
        "{",
        "null"
      })
  void anAnnotationThatOthersWroteRemovesNoIdentity(String annotation)
      throws JsonProcessingException {
    ObjectNode live = json("{'metadata': {'name': 'g', 'uid': 'u', 'resourceVersion': '7'}}");
    live.withObject("/metadata/annotations").put(LastApplied.ANNOTATION, annotation);

    ObjectNode merged = ThreeWayMerge.merge(live, json("{'metadata': {'labels': {}}}"));

    assertThat(merged.path("metadata").path("uid").asText()).isEqualTo("u");
    assertThat(merged.path("metadata").path("name").asText()).isEqualTo("g");
    assertThat(merged.path("metadata").path("resourceVersion").asText()).isEqualTo("7");
  }

  private static ObjectNode object(String spec) throws JsonProcessingException {
    return json("{'metadata': {'name': 'g'}, 'spec': %s}".formatted(spec));
  }

  private static ObjectNode json(String text) throws JsonProcessingException {
    return (ObjectNode) Json.mapper().readTree(text.replace('\'', '"'));
  }
}
