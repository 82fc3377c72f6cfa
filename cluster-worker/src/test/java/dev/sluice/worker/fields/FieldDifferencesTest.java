package dev.sluice.worker.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldDifferencesTest {

  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void aListInAnotherOrderIsShownAsAWhole() throws JsonProcessingException {
    assertThat(
            lines(
                "{env: [{name: b, value: y}, {name: a, value: x}]}",
                "{env: [{name: a, value: x}, {name: b, value: z}]}"))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("env: ");
    assertThat(
            lines(
                "{ports: [{port: 80, protocol: TCP, name: x}, {port: 81, protocol: TCP, name: y}]}",
                "{ports: [{port: 80, protocol: TCP, name: a}, {port: 81, protocol: TCP, name: y}]}"))
        .containsExactly("ports[0].name: \"x\" -> \"a\"");
  }

  @Test
  void serverFieldsAreNoDifference() throws Exception {
    String live =
        """
        kind: ConfigMap
        metadata:
          {name: a, resourceVersion: "7", uid: x, generation: 2, managedFields: [],
           annotations: {sluice.dev/generation: "3"}}
        status: {phase: Up}
        data: {key: one}
        """;
    assertThat(lines(live, "{kind: ConfigMap, metadata: {name: a}, data: {key: one}}")).isEmpty();
  }

  @Test
  void fieldsAreNamedByTheirPath() throws Exception {
    assertThat(
            lines(
                "{spec: {replicas: 1, list: [{image: a}, {image: b}], gone: {x: 1}}, metadata: {}}",
                "{spec: {replicas: 2, list: [{image: a}, {image: c}], more: [1]}, metadata: {annotations: {a.b/c: d}}}"))
        .containsExactly(
            "metadata.annotations[\"a.b/c\"]: - -> \"d\"",
            "spec.gone: {\"x\":1} -> -",
            "spec.list[1].image: \"b\" -> \"c\"",
            "spec.more: - -> [1]",
            "spec.replicas: 1 -> 2");
    assertThat(
            lines("{metadata: {annotations: {a.b/c: d}}}", "{metadata: {annotations: {a.b/c: e}}}"))
        .containsExactly("metadata.annotations[\"a.b/c\"]: \"d\" -> \"e\"");
  }

  @Test
  void noValueOfASecretIsShown() throws Exception {
    String live =
        """
        apiVersion: v1
        kind: Secret
        type: Opaque
        metadata:
          labels: {app: web}
          annotations: {copy: "{data: {password: aHVudGVyMg==}}"}
        data: {password: aHVudGVyMg==, token: c2FtZQ==}
        """;
    String wanted =
        """
        apiVersion: v1
        kind: Secret
        type: Opaque
        metadata: {labels: {app: shop}}
        data: {password: aHVudGVyMw==, token: c2FtZQ==, added: bmV3}
        """;
    List<String> lines = lines(live, wanted);

    assertThat(lines)
        .containsExactly(
            "data.added: - -> ***",
            "data.password: *** -> ***",
            "metadata.annotations.copy: *** -> -",
            "metadata.labels.app: \"web\" -> \"shop\"");
    assertThat(lines("{apiVersion: v1, kind: Secret}", wanted).toString())
        .contains("data.password: - -> ***")
        .doesNotContain("aHVudGVyMw");
  }

  @Test
  void theNumberOfFieldsIsBounded() throws Exception {
    StringBuilder many = new StringBuilder("{data: {");
    for (int i = 0; i < 300; i++) {
      many.append("k").append(i).append(": 1, ");
    }
    String wanted = many + "}}";
    assertThat(lines(wanted.replace(": 1,", ": 2,"), wanted))
        .hasSize(201)
        .last()
        .isEqualTo("... and 100 fields more: - -> -");
  }

  private static List<String> lines(String live, String wanted) throws JsonProcessingException {
    return FieldDifferences.between(
            (ObjectNode) YAML.readTree(live), (ObjectNode) YAML.readTree(wanted))
        .stream()
        .map(
            field ->
                "%s: %s -> %s"
                    .formatted(field.path(), field.live().orElse("-"), field.wanted().orElse("-")))
        .toList();
  }
}
