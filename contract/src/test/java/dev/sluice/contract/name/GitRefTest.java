package dev.sluice.contract.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitRefTest {

  @Test
  void aRangeIsARefOfASource() throws Exception {
    GitRef range = GitRef.semver(" >=1.4   <2 ");

    assertThat(range.value()).isEqualTo("semver >=1.4 <2");
    assertThat(range.versions().orElseThrow()).hasToString(">=1.4 <2");
    assertThat(Json.mapper().readValue(Json.mapper().writeValueAsBytes(range), GitRef.class))
        .isEqualTo(range);
    assertThat(GitRef.tag("v1.5.0").versions()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"semver", "semver ", "semver latest", "semver>=1", "main", "refs/tags/a b"})
  void whatIsNeitherARefNorARangeIsRefused(String value) {
    assertThatThrownBy(() -> new GitRef(value)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theMessageShowsTheTextOfABadRange() {
    assertThatThrownBy(() -> GitRef.semver("latest"))
        .hasMessage(
            "'latest' is not a range of versions such as '>=1.4 <2', '^1.2' or '~1.4 || >=3'");
  }

  @ParameterizedTest
  @CsvSource({
    "refs/tags/v1.5.0, true",
    "refs/tags/1.4.0+build, true",
    "refs/tags/v2.0.0, false",
    "refs/tags/v1.5.0-rc.1, false",
    "refs/tags/latest, false",
    "refs/heads/v1.5.0, false",
    "semver >=1.4 <2, true",
    "semver >=1.4, false",
  })
  void aRangeFollowsItsTags(String changed, boolean follows) {
    assertThat(GitRef.semver(">=1.4 <2").follows(new GitRef(changed))).isEqualTo(follows);
  }
}
