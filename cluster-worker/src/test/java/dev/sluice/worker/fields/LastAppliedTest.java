package dev.sluice.worker.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.manifest.Ownership;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LastAppliedTest {

  private final ObjectNode applied =
      LastApplied.annotated(
          json(
              """
              {"metadata": {"name": "g", "labels": {"a": "1"}},
               "spec": {"password": "hunter2", "size": 1, "ports": [{"port": 80}]}}
              """));

  @Test
  void namesFieldsWithoutTheirValues() throws JsonProcessingException {
    String text = applied.at("/metadata/annotations").path(LastApplied.ANNOTATION).asText();

    assertThat(text).doesNotContain("hunter2");
    assertThat(json(text).path("spec"))
        .isEqualTo(json("{\"password\": 0, \"size\": 0, \"ports\": [{\"port\": 0}]}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"spec\": {\"size\": 2}}",
        "{\"spec\": {\"size\": null}}",
        "{\"spec\": {\"ports\": [{\"port\": 81}]}}",
        "{\"spec\": {\"ports\": [{\"port\": 80}, {\"port\": 81}]}}",
        "{\"spec\": {\"ports\": []}}",
        "{\"spec\": {\"size\": {\"b\": 1}}}",
        "{\"metadata\": {\"labels\": {\"a\": null}}}",
        "{\"metadata\": {\"annotations\": {\"sluice.dev/last-applied\": null}}}",
        "{\"spec\": null}"
      })
  void theDigestChangesWithAnAppliedField(String edit) {
    assertThat(LastApplied.digest(JsonMergePatch.applied(applied, json(edit))))
        .isNotEqualTo(LastApplied.digest(applied));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"spec\": {\"shape\": \"round\"}}",
        "{\"spec\": {\"ports\": [{\"port\": 80, \"protocol\": \"TCP\"}]}}",
        "{\"metadata\": {\"labels\": {\"b\": \"1\"}, \"resourceVersion\": \"7\"}}",
        "{\"metadata\": {\"annotations\": {\"b\": \"1\"}}}",
        "{\"status\": {\"ready\": true}}"
      })
  void theDigestDoesNotChangeWithTheFieldsOfOthers(String edit) {
    assertThat(LastApplied.digest(applied)).isPresent();
    assertThat(LastApplied.digest(JsonMergePatch.applied(applied, json(edit))))
        .isEqualTo(LastApplied.digest(applied));
  }

  @Test
  void namesNeitherTheGenerationNorPreconditions() {
    ObjectNode body = json("{\"metadata\": {\"uid\": \"u\", \"resourceVersion\": \"7\"}}");
    body.withObject("/metadata/annotations").put(Ownership.GENERATION_ANNOTATION, "3");

    assertThat(LastApplied.of(LastApplied.annotated(body)))
        .isEqualTo(json("{\"metadata\": {\"annotations\": {}}}"));
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
