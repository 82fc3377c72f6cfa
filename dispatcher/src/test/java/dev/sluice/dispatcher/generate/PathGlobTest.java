package dev.sluice.dispatcher.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathGlobTest {

  @ParameterizedTest
  @CsvSource({
    "apps/*, apps/web, true",
    "apps/*, apps, false",
    "apps/*, apps/web/base, false",
    "apps/w?b, apps/web, true",
    "apps/w?b, apps/weeb, false",
    "**/config.yaml, config.yaml, true",
    "**/config.yaml, a/b/config.yaml, true",
    "**/x/*, a/x/x/b, true",
    "teams/**/app, teams/app, true",
    "teams/**/app, teams/a/b/app, true",
    "teams/**, teams/a/b, true",
    "teams/**, teams, false",
    "a.b/*, axb/c, false",
  })
  void matchesWholePaths(String glob, String path, boolean matches) {
    assertThat(PathGlob.parse(glob).matches(path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 1 to 500",
    "/apps, from the repository's root",
    "apps//a, from the repository's root",
    "../a, from the repository's root",
    "a**, ** within a name",
    "a/**/**/b, twice in a row",
  })
  void otherGlobsAreRefused(String glob, String reason) {
    assertThatThrownBy(() -> PathGlob.parse(glob))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aGlobOfManyStarsTakesLittleTime() {
    PathGlob glob = PathGlob.parse("a*".repeat(200) + "b/" + "**/a/".repeat(15) + "b");
    String path = "a".repeat(4_000) + "/a".repeat(1_000);
    Assertions.assertThat(
            org.junit.jupiter.api.Assertions.assertTimeout(
                Duration.ofSeconds(2), () -> glob.matches(path)))
        .isFalse();
  }
}
