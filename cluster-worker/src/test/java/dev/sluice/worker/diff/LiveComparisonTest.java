package dev.sluice.worker.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveComparisonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{a: 1} | {a: 1, b: 2} | true",
        "{a: 1} | {a: 2} | false",
        "{a: 1} | {} | false",
        "{a: {b: x}} | {a: {b: x, c: y}} | true",
        "{a: {}} | {} | true",
        "{a: []} | {} | true",
        "{a: null} | {} | true",
        "{a: null} | {a: 1} | false",
        "{a: [{b: 1}, 2]} | {a: [{b: 1, c: 1}, 2]} | true",
        "{a: [1]} | {a: [1, 2]} | false",
        "{a: [1, 2]} | {a: [2, 1]} | false",
        "{a: {b: x}} | {a: x} | false",
        "{a: 1000m} | {a: x1} | false"
      })
  void knowsWhetherAnObjectLiterallyHasWhatAManifestStates(
      String stated, String live, boolean contained) throws Exception {
    assertThat(LiveComparison.contains(tree(live), tree(stated))).isEqualTo(contained);
  }

  private static JsonNode tree(String yaml) throws Exception {
    return new YAMLMapper().readTree(yaml);
  }
}
