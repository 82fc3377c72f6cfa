package dev.sluice.contract.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.event.Withheld.Cause;
import dev.sluice.contract.json.Json;
import org.junit.jupiter.api.Test;

class WithheldTest {

  /** Versions before maintenance windows had releases from dependencies only. */
  @Test
  void aReleaseOfAnEarlierVersionLiftsDependencies() throws JsonProcessingException {
    Withheld read =
        Json.mapper()
            .readValue(
                """
                {"cause": "dependsOn", "waitsFor": "application db", "since": "2026-11-20T12:00:00Z",
                 "release": {"command": "c1", "by": "cat"}}
                """,
                Withheld.class);

    Withheld.Release release = read.release().orElseThrow();
    assertThat(release.lifts(Cause.DEPENDS_ON)).isTrue();
    assertThat(release.lifts(Cause.MANUAL)).isFalse();
    assertThat(release.lifts(Cause.WINDOW)).isFalse();
    assertThat(release.commands()).containsExactly(new EventId("c1"));
    assertThat(release.isFor("v1:any")).isTrue();
    assertThat(release.only("v1:a").commands()).containsExactly(new EventId("c1"));
  }
}
