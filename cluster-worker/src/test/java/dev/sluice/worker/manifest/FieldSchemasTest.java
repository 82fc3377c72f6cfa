package dev.sluice.worker.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.yaml.Allowance;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldSchemasTest {

  private static final String TYPES =
      """
      {"Thing": {"type": "object", "properties": {
          "apiVersion": {"type": "string"}, "kind": {"type": "string"},
          "metadata": {"allOf": [{"$ref": "%1$s/Meta"}], "default": {}},
          "spec": {"$ref": "%1$s/Spec"}},
        "x-kubernetes-group-version-kind": [{"group": "apps", "kind": "Thing", "version": "v1"}]},
       "Meta": {"type": "object", "properties": {"name": {"type": "string"},
          "labels": {"type": "object", "additionalProperties": {"type": "string"}}}},
       "Spec": {"type": "object", "properties": {
          "ports": {"type": "array", "items": {"$ref": "%1$s/Port"}},
          "byName": {"type": "object", "additionalProperties": {"$ref": "%1$s/Port"}},
          "raw": {"type": "object"},
          "kept": {"type": "object", "properties": {"a": {"type": "string"}},
            "x-kubernetes-preserve-unknown-fields": true},
          "elsewhere": {"$ref": "%1$s/Gone"},
          "either": {"oneOf": [{"type": "string"}, {"type": "number"}]}}},
       "Port": {"type": "object", "properties": {"port": {"type": "integer"}}}}
      """;

  private static final FieldSchemas VERSION_2 =
      FieldSchemas.of(
          json(
              "{\"swagger\": \"2.0\", \"definitions\": " + TYPES.formatted("#/definitions") + "}"));
  private static final FieldSchemas VERSION_3 =
      FieldSchemas.of(
          json(
              "{\"openapi\": \"3.0.0\", \"components\": {\"schemas\": "
                  + TYPES.formatted("#/components/schemas")
                  + "}}"));

  @Test
  void findsFieldsThatAreNotDeclared() {
    JsonNode wrong =
        json(
            """
            {"apiVersion": "apps/v1", "kind": "Thing", "sepc": {},
             "metadata": {"name": "a", "lables": {}},
             "spec": {"ports": [{"port": 1}, {"prot": 1}], "byName": {"x": {"prot": 2}}}}
            """);

    for (FieldSchemas schemas : List.of(VERSION_2, VERSION_3)) {
      assertThat(schemas.unknownIn("apps/v1", "Thing", wrong))
          .extracting(JsonPointer::toString)
          .containsExactlyInAnyOrder(
              "/sepc", "/metadata/lables", "/spec/ports/1/prot", "/spec/byName/x/prot");
    }
  }

  @Test
  void acceptsFieldsThatTheSchemaLeavesOpen() {
    JsonNode right =
        json(
            """
            {"apiVersion": "apps/v1", "kind": "Thing", "nothing": null,
             "metadata": {"labels": {"any": "label"}},
             "spec": {"raw": {"any": {"thing": 1}}, "kept": {"b": 1}, "elsewhere": {"c": 1},
               "either": 1, "ports": "mistyped"}}
            """);

    for (FieldSchemas schemas : List.of(VERSION_2, VERSION_3, FieldSchemas.NONE)) {
      assertThat(schemas.unknownIn("apps/v1", "Thing", right)).isEmpty();
      assertThat(schemas.unknownIn("apps/v2", "Thing", json("{\"any\": 1}"))).isEmpty();
    }
  }

  @Test
  void saysFileAndLine() {
    String text =
        """
        # nothing in the first
        ---
        apiVersion: v1
        kind: List
        items:
        - apiVersion: apps/v1
          kind: Thing
          metadata: {name: a}
          spec:
            ports:
            - port: 1
            - prot: hunter2
        """;

    ManifestException refused =
        catchThrowableOfType(ManifestException.class, () -> check(text, "app.yaml"));

    assertThat(refused.failure().code()).isEqualTo(RenderFailure.UNKNOWN_FIELD);
    assertThat(refused.failure().object().orElseThrow().name()).isEqualTo("a");
    assertThat(refused)
        .hasMessageStartingWith(
            "app.yaml, line 12: spec.ports[1].prot: apps/v1 Thing of this cluster has no such"
                + " field")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void namesTheDocumentIfTheLineIsUnknown() {
    String merged =
        """
        apiVersion: apps/v1
        kind: Thing
        metadata: &common {name: a, lables: {}}
        ---
        apiVersion: apps/v1
        kind: Thing
        metadata:
          <<: {name: a, lables: {}}
        """;

    assertThatCode(() -> check(merged, "app.yaml"))
        .hasMessageStartingWith("app.yaml, line 3: metadata.lables");
    assertThatCode(() -> check(merged.substring(merged.indexOf("---")), "app.yaml"))
        .hasMessageStartingWith("app.yaml, document 1 (line 2): metadata.lables");
  }

  @Test
  void aFieldNameOfTwoMegabytesLeavesTheMessageShort() {
    String text =
        "apiVersion: apps/v1\nkind: Thing\nmetadata: {name: a}\n? %s\n: 1\n"
            .formatted("x".repeat(2_000_000));

    ManifestException refused =
        catchThrowableOfType(ManifestException.class, () -> check(text, "app.yaml"));

    assertThat(refused)
        .hasMessageStartingWith("app.yaml, line 4: xxx")
        .hasMessageEndingWith("has no such field: correct or remove it");
    assertThat(refused.failure().message()).hasSize(Failure.MAX_MESSAGE);
  }

  @Test
  void aLongNameAboveManyFieldsIsNotWrittenOutForEach() {
    ObjectNode fields = Json.mapper().createObjectNode();
    for (int i = 0; i < 50_000; i++) {
      fields.put("f" + i, i);
    }
    ObjectNode thing = Json.mapper().createObjectNode();
    thing.putObject("spec").putObject("byName").set("x".repeat(1_000_000), fields);
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = memory.getCurrentThreadAllocatedBytes();

    assertThat(VERSION_3.unknownIn("apps/v1", "Thing", thing)).hasSize(5);

    assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(100L << 20);
  }

  private static void check(String text, String source) throws Exception {
    for (ReadManifest manifest :
        ManifestReader.readPlaces(text, source, Allowance.ofApplication())) {
      manifest.requireKnown(VERSION_3, text, source);
    }
  }

  private static JsonNode json(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
