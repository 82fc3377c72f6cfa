package dev.sluice.api.cdevents;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class CommitTimesTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final CommitTimes times = new CommitTimes(NOON);

  @Test
  void positionsAreCommittedAfterRecords() {
    assertThat(times.isDue(true, NOON.plusSeconds(1))).isTrue();
    assertThat(times.isDue(true, NOON.plusSeconds(2))).isTrue();
  }

  @Test
  void positionsAreCommittedOnceAMinuteWithoutRecords() {
    assertThat(times.isDue(false, NOON.plusSeconds(59))).isFalse();
    assertThat(times.isDue(false, NOON.plusSeconds(60))).isTrue();
    assertThat(times.isDue(false, NOON.plusSeconds(61))).isFalse();
    assertThat(times.isDue(true, NOON.plusSeconds(100))).isTrue();
    assertThat(times.isDue(false, NOON.plusSeconds(159))).isFalse();
    assertThat(times.isDue(false, NOON.plusSeconds(160))).isTrue();
  }
}
