package dev.sluice.standalone.client.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ages, with the values that kubectl prints. */
class AgeTest {

  @ParameterizedTest
  @CsvSource({
    "PT-5S, 0s",
    "PT0.9S, 0s",
    "PT12S, 12s",
    "PT119S, 119s",
    "PT2M, 2m",
    "PT3M12S, 3m12s",
    "PT9M59S, 9m59s",
    "PT10M5S, 10m",
    "PT2H59M, 179m",
    "PT3H20M, 3h20m",
    "PT5H, 5h",
    "PT8H30M, 8h",
    "PT47H59M, 47h",
    "P2D, 2d",
    "P4DT3H, 4d3h",
    "P8DT5H, 8d",
    "P729D, 729d",
    "P730D, 2y",
    "P2000D, 5y175d",
    "P4000D, 10y"
  })
  void ageHasItsLargestUnits(Duration duration, String age) {
    assertThat(Age.of(duration)).isEqualTo(age);
  }

  @Test
  void aTimeHasAnAge() {
    Instant now = Instant.parse("2026-01-01T12:00:00Z");
    assertThat(Age.of("2026-01-01T11:54:55.5Z", now)).isEqualTo("5m4s");
    assertThat(Age.of("-", now)).isEqualTo("-");
  }
}
