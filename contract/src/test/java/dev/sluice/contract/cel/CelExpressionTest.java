package dev.sluice.contract.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CelExpressionTest {

  private static final String OBJECT =
      """
      {"apiVersion": "example.com/v1", "kind": "Widget",
       "metadata": {"name": "w", "generation": 2, "annotations": {"a/b": "x"},
                    "creationTimestamp": "2026-03-01T09:00:00Z", "managedFields": [{}]},
       "spec": {"replicas": 3, "ratio": 0.5, "paused": null},
       "status": {"phase": "Running", "replicas": 3, "observedGeneration": 2,
                  "conditions": [{"type": "Synced", "status": "False"},
                                 {"type": "Ready", "status": "True"}]}}
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status.conditions.exists(e, e.type == 'Ready' && e.status == 'True')",
        "status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True')",
        "status.phase in ['Running', 'Done']",
        "status.replicas == spec.replicas && status.replicas > 2.5",
        "has(status.phase) && !has(status.missing)",
        "!has(self.data)",
        "status.?missing.orValue('') == ''",
        "status.?conditions.orValue([]).size() == 2",
        "self.status.phase == 'Running' && kind == 'Widget' && apiVersion == 'example.com/v1'",
        "metadata.generation == status.observedGeneration",
        "metadata.annotations['a/b'] == 'x'",
        "spec.ratio < 1.0 && spec.paused == null",
        "!has(metadata.managedFields)",
        "status.phase.lowerAscii().matches('^run')",
        "'a,b'.split(',').size() == 2",
        "timestamp(metadata.creationTimestamp) < timestamp('2026-03-01T09:00:01Z')",
        "data == {}"
      })
  void anExpressionHolds(String text) throws Exception {
    assertThat(CelExpression.of(text).evaluate(object())).isEqualTo(new CelResult.Holds(true));
  }

  @Test
  void anExpressionDoesNotHold() throws Exception {
    assertThat(CelExpression.of("status.phase == 'Failed'").evaluate(object()))
        .isEqualTo(new CelResult.Holds(false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "foo.bar == 1 | 1 | 1 | undeclared reference to 'foo'",
        "status.conditions.exists(e, e.type == | 1 | 38 | mismatched input '<EOF>'",
        "1 + 'a' == 2 | 1 | 3 | found no matching overload for '_+_'",
        "'text' | 1 | 1 | expected type 'bool' but found 'string'",
        "status.list.join(',') == '' | 1 | 17 | undeclared reference to 'join'",
        "status.a.replace('a', 'b') == '' | 1 | 17 | undeclared reference to 'replace'"
      })
  void anInvalidExpressionIsRefusedWithItsPlace(String text, int line, int column, String message) {
    assertThatExceptionOfType(CelSyntaxException.class)
        .isThrownBy(() -> CelExpression.of(text))
        .satisfies(
            e -> {
              assertThat(e).hasMessageStartingWith(message);
              assertThat(e.line()).isEqualTo(line);
              assertThat(e.column()).isEqualTo(column);
            });
  }

  @Test
  void theLineOfAnErrorCountsFromTheFirst() {
    assertThatExceptionOfType(CelSyntaxException.class)
        .isThrownBy(() -> CelExpression.of("has(status.a) &&\n  foo == 1"))
        .satisfies(
            e -> {
              assertThat(e.line()).isEqualTo(2);
              assertThat(e.column()).isEqualTo(3);
            });
  }

  @Test
  void longAndDeepExpressionsAreRefused() {
    for (String text :
        new String[] {
          "true" + " && true".repeat(1_000), "(".repeat(200) + "true" + ")".repeat(200)
        }) {
      assertThatExceptionOfType(CelSyntaxException.class).isThrownBy(() -> CelExpression.of(text));
    }
  }

  @Test
  void aMissingFieldIsToldFromAnError() throws Exception {
    assertThat(CelExpression.of("status.missing == 1").evaluate(object()))
        .isEqualTo(new CelResult.MissingField("the object has no such field at character 7"));
    assertThat(CelExpression.of("status.conditions[9].type == 'x'").evaluate(object()))
        .isEqualTo(new CelResult.Failed("index out of bounds at character 18"));
    assertThat(CelExpression.of("status.replicas / 0 == 1").evaluate(object()))
        .isInstanceOf(CelResult.Failed.class);
    assertThat(CelExpression.of("status.phase").evaluate(object()))
        .isEqualTo(new CelResult.Failed("the result is not true or false"));
  }

  @Test
  void messagesHaveNoContents() throws Exception {
    CelResult result =
        CelExpression.of("timestamp(status.phase) < timestamp('2026-03-01T09:00:01Z')")
            .evaluate(object());

    assertThat(result).isInstanceOf(CelResult.Failed.class);
    assertThat(result.toString()).doesNotContain("Running");
  }

  @Test
  void theCostIsLimited() throws Exception {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    ArrayNode list = object.putObject("status").putArray("list");
    for (int i = 0; i < 300; i++) {
      list.add(i);
    }
    object.withObject("/status").put("text", "x".repeat(1_000_000));

    assertThat(
            CelExpression.of("status.list.all(x, status.list.all(y, x >= 0 || y >= 0))")
                .evaluate(object))
        .isInstanceOf(CelResult.Failed.class);
    assertThat(CelExpression.of("status.list.all(x, x >= 0)").evaluate(object, Duration.ZERO))
        .isEqualTo(new CelResult.Failed("it takes too long for this object"));
    assertThat(CelExpression.of("size(status.text) < 5000").evaluate(object))
        .isEqualTo(new CelResult.Holds(true));
  }

  @Test
  void anyJsonHasAResult() throws Exception {
    CelExpression expression = CelExpression.of("status.conditions.exists(e, e.type == 'Ready')");
    JsonNodeFactory json = JsonNodeFactory.instance;

    for (JsonNode status :
        new JsonNode[] {
          json.nullNode(),
          json.textNode("x"),
          json.numberNode(BigInteger.TEN.pow(400)),
          json.arrayNode().add(1),
          json.objectNode().put("conditions", 1),
          json.objectNode().set("conditions", json.arrayNode().add(1).addNull()),
        }) {
      ObjectNode object = json.objectNode();
      object.set("status", status);
      assertThat(expression.evaluate(object)).isNotEqualTo(new CelResult.Holds(true));
    }
    assertThat(expression.evaluate(json.arrayNode())).isInstanceOf(CelResult.MissingField.class);
  }

  @Test
  void anExpressionIsCompiledOnce() throws Exception {
    assertThat(CelExpression.of("kind == 'Widget'")).isSameAs(CelExpression.of("kind == 'Widget'"));
  }

  private static JsonNode object() throws Exception {
    return Json.mapper().readTree(OBJECT);
  }
}
