package dev.sluice.worker.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalarEditsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "resources: [u]|resources: [new/p]",
        "resources: ['u', \"u\", v]|resources: ['new/p', \"new/p\", v]",
        "{\"resources\": [\"u\"], \"n\": 1}|{\"resources\": [\"new/p\"], \"n\": 1}",
        "resources: [u] # u|resources: [new/p] # u",
        "literals: [u]|literals: [u]",
        "u: u|u: u",
        "path: u|path: new/p",
        "a: [{path: u, x: {path: u}}, {path: v}]|a: [{path: new/p, x: {path: new/p}}, {path: v}]",
        "resources: [&a u, *a]|resources: [&a new/p, *a]",
        "x: {? [u] : u, path: u}|x: {? [u] : u, path: new/p}",
        "{'\uD83D\uDE00': 1, path: u}|{'\uD83D\uDE00': 1, path: new/p}",
      })
  void exchangesValuesUnderAKeyAndNothingElse(String text, String expected) {
    assertThat(ScalarEdits.apply(text, ScalarEditsTest::edit)).isEqualTo(expected);
  }

  @Test
  void leavesValuesThatWouldNeedQuotes() {
    assertThat(ScalarEdits.apply("path: u", (_, _) -> Optional.of("a: b"))).isEqualTo("path: u");
  }

  @Test
  void severalDocumentsAndBlockStyleKeepTheirForm() {
    String text =
        """
        # resources: u
        resources:
        - u   # why
        -   "u"
        ---
        path: >-
          u
        other: |
          u
        """;

    assertThat(ScalarEdits.apply(text, ScalarEditsTest::edit))
        .isEqualTo(
            """
            # resources: u
            resources:
            - new/p   # why
            -   "new/p"
            ---
            path: >-
              new/p
            other: |
              u
            """);
  }

  private static Optional<String> edit(List<String> keys, String value) {
    String key = keys.isEmpty() ? "" : keys.getLast();
    return (key.equals("resources") || key.equals("path")) && value.strip().equals("u")
        ? Optional.of("new/p")
        : Optional.empty();
  }
}
