package dev.sluice.dispatcher.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {

  private final Map<String, JsonNode> values = new HashMap<>();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "${path}                      | apps/Web_1",
        "x-${path.basename}-y         | x-Web_1-y",
        "${normalize(path)}           | apps-web-1",
        "${path.segments[0]}          | apps",
        "$${path}                     | ${path}",
        "$$ $x {path}                 | $$ $x {path}",
        "${labels.app.example.com/of} | shop",
        "n${count}                    | n5",
        "${list[1].name}              | b",
        "${evil}                      | {a: [${path}",
      })
  void placeholdersAreReplaced(String text, String filled) {
    someValues();
    assertThat(fill("{\"a\": [\"%s\"]}".formatted(text)).at("/a/0").textValue()).isEqualTo(filled);
  }

  @Test
  void aTextThatIsOnePlaceholderBecomesTheValueWithItsType() {
    someValues();
    assertThat(fill("{\"a\": \"${count}\", \"b\": \"${string(count)}\", \"c\": \"${list}\"}"))
        .hasToString("{\"a\":5,\"b\":\"5\",\"c\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");
  }

  @Test
  void valuesInSourcesAreNoPlaceholdersOfTheApplication() {
    value("dir", "\"${cluster.name}\"");
    value("all", "{\"x\": [\"$${cluster.name}\"]}");
    assertThat(
            fill(
                "{\"spec\": {\"source\": {\"path\": \"a/${dir}\", \"values\": \"${all}\"},"
                    + " \"namespace\": \"${dir}\"}}"))
        .hasToString(
            "{\"spec\":{\"source\":{\"path\":\"a/$${cluster.name}\",\"values\":"
                + "{\"x\":[\"$$${cluster.name}\"]}},\"namespace\":\"${cluster.name}\"}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "${dollar}${name}             | $${cluster.name}",
        "${dollar}{cluster.name}      | $${cluster.name}",
        "$${clus${rest}               | $${cluster.name}",
        "$${cluster.name}${name}      | ${cluster.name}{cluster.name}",
        "$${cluster.labels.${label}}  | ${cluster.labels.env}",
      })
  void valuesMakeNoPlaceholderOfTheApplicationWithTheTextAroundThem(String text, String filled) {
    value("dollar", "\"$\"");
    value("name", "\"{cluster.name}\"");
    value("rest", "\"ter.name}\"");
    value("label", "\"env\"");
    assertThat(fill("{\"spec\": {\"source\": {\"path\": \"%s\"}}}".formatted(text)))
        .hasToString("{\"spec\":{\"source\":{\"path\":\"%s\"}}}".formatted(filled));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ab ${path       | 3 | not closed",
        "${}             | 0 | is no placeholder",
        "${path.dirname} | 0 | no value 'path.dirname'",
        "é${upper(path)} | 1 | no function 'upper'",
        "${normalize(x}  | 0 | is no placeholder",
        "${{path}}       | 0 | is no placeholder",
      })
  void mistakesAreFoundWithTheirPlace(String text, int offset, String message) {
    Template template = new Template("t", (ObjectNode) node("{\"a\": [\"%s\"]}".formatted(text)));
    assertThat(template.check(PathValues::mayHave))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("t.a[0]");
              assertThat(problem.offset()).isEqualTo(offset);
              assertThat(problem.text()).contains(message);
            });
  }

  @Test
  void aNameOfAFieldHasNoPlaceholders() {
    Template template = new Template("t", (ObjectNode) node("{\"${path}\": 1}"));
    assertThat(template.check(_ -> true))
        .singleElement()
        .extracting("field")
        .isEqualTo("t.${path}");
  }

  @Test
  void whatAnElementLacksOrIsNoTextIsRefused() {
    someValues();
    assertThatThrownBy(() -> fill("{\"a\": \"${cluster.labels.env}\"}"))
        .hasMessageContaining("element 1 has no value 'cluster.labels.env'");
    assertThatThrownBy(() -> fill("{\"a\": \"x${list}\"}"))
        .hasMessageContaining("is no string, number or boolean");
  }

  @Test
  void aSmallTemplateOfLargeValuesDoesNotExhaustTheMemory() {
    value("large", "\"%s\"".formatted("x".repeat(200_000)));
    String many = "{\"a\": [" + "\"${large}\", ".repeat(1_000) + "1]}";
    assertThatThrownBy(() -> fill(many)).hasMessageContaining("larger than 64 MiB");
  }

  @Test
  void aPatchMergesReplacesAndRemoves() {
    Template template = new Template("t", (ObjectNode) node("{\"a\":{\"b\":1,\"c\":2},\"d\":[1]}"));
    Template patch =
        new Template(
            "p", (ObjectNode) node("{\"a\":{\"b\":null,\"x\":{\"y\":null,\"z\":1}},\"d\":[2]}"));
    assertThat(template.patched(patch, FillBudget.ofFleet()).content())
        .hasToString("{\"a\":{\"c\":2,\"x\":{\"z\":1}},\"d\":[2]}");
    assertThat(template.content()).hasToString("{\"a\":{\"b\":1,\"c\":2},\"d\":[1]}");
  }

  @Test
  void patchesOfALargeTemplateDoNotExhaustTheMemory() {
    Template large =
        new Template("t", (ObjectNode) node("{\"a\": [" + "1, ".repeat(1_000_000) + "1]}"));
    Template patch = new Template("p", (ObjectNode) node("{\"b\": 1}"));
    FillBudget budget = FillBudget.ofInclude();
    for (int i = 0; i < 8; i++) {
      large.patched(patch, budget);
    }
    assertThat(budget.isExceeded()).isFalse();
    assertThatThrownBy(() -> large.patched(patch, budget))
        .hasMessageContaining("larger than 8 MiB");
    assertThat(budget.isExceeded()).isTrue();
  }

  @Test
  void aFieldWithALongPathIsRefused() {
    String key = "k".repeat(600);
    Template template =
        new Template(
            "t", (ObjectNode) node("{\"%s\": {\"%s\": {\"x\": 1}, \"b\": 2}}".formatted(key, key)));
    assertThat(template.check(_ -> true))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("t." + key);
              assertThat(problem).hasMessageContaining("1203 characters, and 1000 are allowed");
            });
  }

  @Test
  void theFirstProblemsOfATemplateAreReported() {
    Template template =
        new Template("t", (ObjectNode) node("{\"a\": [" + "\"${no}\", ".repeat(60) + "1]}"));
    assertThat(template.check(_ -> false)).hasSize(50);
  }

  private void someValues() {
    values.putAll(PathValues.of("apps/Web_1"));
    value("labels", "{\"app.example.com/of\": \"shop\"}");
    value("count", "5");
    value("list", "[{\"name\": \"a\"}, {\"name\": \"b\"}]");
    value("evil", "\"{a: [${path}\"");
  }

  private void value(String name, String json) {
    values.put(name, node(json));
  }

  private ObjectNode fill(String template) {
    return new Template("spec.template", (ObjectNode) node(template))
        .fill(new Element(values, "element 1"), FillBudget.ofFleet());
  }

  private static JsonNode node(String json) {
    try {
      return Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
