package dev.sluice.contract.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldPositionsTest {

  private static final String TEXT =
      """
      # the first document is empty
      ---
      ---
      metadata:
        labels: {app.kubernetes.io/name: web, "é": b}
      spec:
        base: &base
          ref: main
          deep: {path: a}
        sources:
        - path: a
          ref: b
        -   path: c
        - *base
        - <<: *base
          path: d
        names: [x, [y, z]]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                    | 4:1",
        "metadata                              | 4:1",
        "metadata.labels                       | 5:3",
        "metadata.labels.app.kubernetes.io/name | 5:12",
        "metadata.labels.é                     | 5:41",
        "metadata.labels.app.kubernetes.io/no  | 5:3",
        "metadata.labels[0]                    | 5:3",
        "spec.sources[0]                       | 11:5",
        "spec.sources[0].path                  | 11:5",
        "spec.sources[0].ref                   | 12:5",
        "spec.sources[1].path                  | 13:7",
        "spec.sources[1].ref                   | 13:7",
        "spec.sources[2]                       | 14:5",
        "spec.sources[2].ref                   | 8:5",
        "spec.sources[3].deep.path             | 9:12",
        "spec.sources[3].path                  | 16:5",
        "spec.sources[4].path                  | 10:3",
        "spec.sources[99999999999999].path     | 10:3",
        "spec.names[1][1]                      | 17:18",
        "spec.unknown.field[0]                 | 6:1",
        "spec..sources                         | 6:1",
      })
  void aFieldHasThePositionOfItsNameOrOfItsNearestParent(String path, String position) {
    FieldPositions.Position found = FieldPositions.of(TEXT).find(2, path);

    assertThat("%d:%d".formatted(found.line(), found.column())).isEqualTo(position);
  }

  @Test
  void anEmptyDocumentHasAPosition() {
    assertThat(FieldPositions.of(TEXT).find(1, "spec.path").line()).isEqualTo(3);
  }

  @Test
  void aLongNameWithManyDotsIsFoundInLinearTime() {
    String name = "a.".repeat(400_000) + "a";

    FieldPositions positions = FieldPositions.of("? " + name + "\n: 1\n");

    assertThat(positions.find(1, name)).isEqualTo(new FieldPositions.Position(1, 3));
    assertThat(positions.find(1, name + ".b")).isEqualTo(new FieldPositions.Position(1, 1));
  }
}
