package dev.sluice.inputs.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Locked versions that a range excludes; VersionRangeIT compares with helm. */
class VersionRangeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "^1.2.3     | 1.2.2 2.0.0       | 1.2.3 1.9.9 v1.3.0",
        "~1.2       | 1.1.9 1.3.0       | 1.2.0 1.2.9+build",
        "^0.2.3     | 0.2.2 0.3.0 1.0.0 | 0.2.3 0.2.9",
        "^0.0.3     | 0.0.4 0.1.0       | 0.0.3",
        "1.x        | 2.0.0 0.9.9       | 1.0.0 1.99.0",
        "*          | ''                | 0.0.1 99.0.0",
        ">= 1, < 2  | 0.9.9 2.0.0       | 1.0.0 1.9.9",
        "1.2 - 1.4  | 1.1.9 1.5.0       | 1.2.0 1.4.9",
        ">1.2       | 1.2.9             | 1.3.0",
        "^2.0       | 1.9.9             | 2.0.0-rc.1 1.0.0-rc.1",
      })
  void excludes(String range, String excluded, String others) {
    VersionRange parsed = VersionRange.parse(range).orElseThrow();

    assertThat(Arrays.stream(excluded.split(" ")).filter(one -> !one.isEmpty()))
        .allMatch(parsed::excludes);
    assertThat(others.split(" ")).noneMatch(parsed::excludes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "latest", ">> 1", "1.2.3.4", ">=1 <", "1 || ", ", 1", "1.2.3_4"})
  void anUnknownSyntaxExcludesNothing(String range) {
    assertThat(VersionRange.parse(range)).isEmpty();
  }
}
