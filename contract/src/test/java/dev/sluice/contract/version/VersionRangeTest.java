package dev.sluice.contract.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions in ranges; VersionRangeIT compares with helm. */
class VersionRangeTest {

  /** Versions around the bounds of the ranges that are compared below. */
  private static final List<String> VERSIONS =
      Stream.of("0", "1", "2", "3", "4")
          .flatMap(major -> Stream.of("0", "1", "2", "3", "4", "5").map(one -> major + "." + one))
          .flatMap(minor -> Stream.of("0", "2", "3", "4", "5", "6").map(one -> minor + "." + one))
          .flatMap(core -> Stream.of(core, core + "-rc.1"))
          .toList();

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

  /** The equivalences that the library's documentation states. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1.2 - 1.4.5      ; >= 1.2 <= 1.4.5",
        "2.3.4 - 4.5      ; >= 2.3.4 <= 4.5",
        "1.2.x            ; >= 1.2.0, < 1.3.0",
        ">= 1.2.x         ; >= 1.2.0",
        "<= 2.x           ; < 3",
        "*                ; >= 0.0.0",
        "~1.2.3           ; >= 1.2.3, < 1.3.0",
        "~1               ; >= 1, < 2",
        "~2.3             ; >= 2.3, < 2.4",
        "~1.2.x           ; >= 1.2.0, < 1.3.0",
        "~1.x             ; >= 1, < 2",
        "^1.2.3           ; >= 1.2.3, < 2.0.0",
        "^1.2.x           ; >= 1.2.0, < 2.0.0",
        "^2.3             ; >= 2.3, < 3",
        "^2.x             ; >= 2.0.0, < 3",
        "^0.2.3           ; >=0.2.3 <0.3.0",
        "^0.2             ; >=0.2.0 <0.3.0",
        "^0.0.3           ; >=0.0.3 <0.0.4",
        "^0.0             ; >=0.0.0 <0.1.0",
        "^0               ; >=0.0.0 <1.0.0",
        "X                ; *",
        "=>1.2.3          ; >=1.2.3",
        "=<1.2.3          ; <=1.2.3",
        "~>1.2            ; ~1.2",
        "v1.2.3           ; = 1.2.3",
        "1.2.3+build      ; 1.2.3",
        ">=1 <2 || >=3    ; >=3 || 1.x",
        ">1.2             ; >=1.3",
        ">1               ; >=2",
        "!=1.2            ; <1.2 || >=1.3",
        "!=1.2.3          ; <1.2.3 || >1.2.3",
      })
  void meansTheSame(String range, String other) {
    assertThat(admitted(range)).isNotEmpty().isEqualTo(admitted(other));
  }

  @ParameterizedTest
  @CsvSource({
    ">=1.2.3, 1.2.4-rc.1, false",
    ">=1.2.3-0, 1.2.4-rc.1, true",
    ">=1.2.3-0, 1.2.3-0, true",
    ">=1.2.3-beta.2, 1.2.3-beta.10, true",
    ">=1.2.3-beta.2, 1.2.3-alpha, false",
    ">=1.2.3-BETA, 1.2.3-alpha, true",
    ">=1.2.3-0 <2, 1.9.0-rc.1, true",
    ">=1.2.3-0 <2, 2.0.0-rc.1, true",
    ">=1.2.3-0 <2.0.0-0, 2.0.0-rc.1, false",
    "^1.2-0, 1.4.0-rc.1, true",
    "1.4.0-rc.1, 1.4.0-rc.1, true",
    "1.4.0-rc.1, 1.4.0, false",
    ">=1 || >=3.0.0-0, 2.0.0-rc.1, false",
    ">=1 || >=3.0.0-0, 3.1.0-rc.1, true",
  })
  void aPreReleaseNeedsAComparisonWithOne(String range, String version, boolean admitted) {
    assertThat(VersionRange.parse(range).orElseThrow().admits(version)).isEqualTo(admitted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "latest",
        ">> 1",
        "1.2.3.4",
        ">=1 <",
        "1 || ",
        ", 1",
        "1.2.3_4",
        ">=1,,<2",
        "1.2.3-",
        "1.2.3-a..b",
        ">=1 <2 main",
        "9999999999999999999"
      })
  void anUnknownSyntaxIsNoRange(String range) {
    assertThat(VersionRange.parse(range)).isEmpty();
  }

  @Test
  void theNewestVersionIsChosen() {
    List<String> tags =
        List.of(
            "v1.4.0",
            "v1.5.0-rc.1",
            "1.4.10",
            "v1.4.9",
            "v2.0.0",
            "v1",
            "v1.6",
            "20240131",
            "latest",
            "v1.4.11.1",
            "release/v1.9.0",
            "v01.9.0",
            "v1.9.0-01",
            "V1.9.0",
            "",
            "v1.9." + "9".repeat(300));

    assertThat(newest(">=1.4 <2", tags)).isEqualTo("1.4.10");
    assertThat(newest("^1.4-0", tags)).isEqualTo("v1.5.0-rc.1");
    assertThat(newest("*", tags)).isEqualTo("v2.0.0");
    assertThat(newest(">=3", tags)).isEqualTo("none");
    assertThat(SemanticVersion.newest(tags).orElseThrow().text()).isEqualTo("v2.0.0");
  }

  @Test
  void versionsOfEqualPrecedenceHaveAnOrder() {
    List<String> ascending =
        List.of("1.4.0", "v1.4.0", "1.4.0+9", "v1.4.0+9", "1.4.0+010", "1.4.0+10.1", "1.4.0+b");

    for (int i = 1; i < ascending.size(); i++) {
      List<String> two = List.of(ascending.get(i), ascending.get(i - 1));
      assertThat(newest("1.4.0", two)).isEqualTo(ascending.get(i));
      assertThat(newest("1.4.0", two.reversed())).isEqualTo(ascending.get(i));
    }
  }

  @Test
  void hostileTextsAreRefusedQuickly() {
    String letters = "a".repeat(100_000);
    List<String> hostile =
        List.of(
            "1.2.3-" + "a.".repeat(50_000) + "!",
            "1.2.3-" + "-".repeat(200) + "!",
            "1.2.3-" + "a.".repeat(100) + "!",
            letters,
            " - ".repeat(170),
            ">= ".repeat(170));

    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          assertThat(hostile).allMatch(text -> SemanticVersion.parse(text).isEmpty());
          assertThat(hostile).allMatch(text -> VersionRange.parse(text).isEmpty());
        });
  }

  private static List<String> admitted(String range) {
    VersionRange parsed = VersionRange.parse(range).orElseThrow();
    return VERSIONS.stream().filter(parsed::admits).toList();
  }

  private static String newest(String range, List<String> tags) {
    return VersionRange.parse(range)
        .orElseThrow()
        .newest(tags)
        .map(SemanticVersion::text)
        .orElse("none");
  }
}
