package dev.sluice.worker.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseTimesTest {

  @ParameterizedTest
  @CsvSource({"10, 2, 3333", "10, 5, 5000", "30, 2, 10000", "600, 2, 10000", "60, 15, 10000"})
  void renewsAfterAThirdOfTheDeadlineWithinTheRetryPeriodAndTenSeconds(
      long renewDeadline, long retryPeriod, long expected) {
    LeaseTimes times =
        new LeaseTimes(
            Duration.ofSeconds(renewDeadline + 1),
            Duration.ofSeconds(renewDeadline),
            Duration.ofSeconds(retryPeriod));

    assertThat(times.renewPeriod().toMillis()).isEqualTo(expected);
  }
}
