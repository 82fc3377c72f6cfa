package dev.sluice.dispatcher.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.RefKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LoopFailuresTest {

  private static final RefKey MAIN =
      new RefKey(new RepositoryId("forge.example/acme/shop"), GitRef.branch("main"));
  private static final RefKey OTHER = new RefKey(MAIN.repository(), GitRef.branch("other"));
  private final Exception fault = new IllegalStateException("a fault");

  private Instant now = Instant.parse("2026-11-20T12:00:00Z");
  private final LoopFailures failures =
      new LoopFailures(
          0,
          new Clock() {
            @Override
            public Instant instant() {
              return now;
            }

            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              throw new UnsupportedOperationException();
            }
          });

  @Test
  void sessionsThatFailWithoutAKnownCausePauseForDoublingTimes() {
    assertThat(failures.failed(fault)).isEqualTo(Duration.ofMillis(500));
    assertThat(failures.failed(fault)).isEqualTo(Duration.ofSeconds(1));
    assertThat(failures.failed(fault)).isEqualTo(Duration.ofSeconds(2));
    for (int i = 0; i < 100; i++) {
      assertThat(failures.failed(fault)).isLessThanOrEqualTo(Duration.ofSeconds(30));
    }
    assertThat(failures.reason()).hasValueSatisfying(why -> assertThat(why).contains("a fault"));

    failures.recovered();

    assertThat(failures.reason()).isEmpty();
    assertThat(failures.failed(fault)).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void aSessionWhoseCauseIsSuspectedIsFollowedByAnotherSoon() {
    for (int i = 0; i < 10; i++) {
      failures.suspect(7, fault);
      assertThat(failures.failed(fault)).isEqualTo(Duration.ofMillis(500));
    }
    assertThat(failures.failed(fault)).as("not this time").isGreaterThan(Duration.ofSeconds(10));
  }

  @Test
  void aRecordThatEndedTwoSessionsIsPoison() {
    failures.suspect(7, fault);
    assertThat(failures.poison(7)).as("the first may have had another cause").isEmpty();

    failures.suspect(7, fault);

    assertThat(failures.poison(7)).contains(fault.toString());
    assertThat(failures.poison(8)).isEmpty();
    failures.committed(7);
    assertThat(failures.poison(7)).as("it is not committed itself").isPresent();
    failures.committed(8);
    assertThat(failures.poison(7)).isEmpty();
  }

  @Test
  void aRefThatEndedTwoSessionsPausesForDoublingTimesUntilAnEvaluationSucceeds() {
    failures.suspect(MAIN, fault);
    assertThat(failures.remainingPause(MAIN)).isZero();

    failures.suspect(MAIN, fault);
    assertThat(failures.remainingPause(MAIN)).isEqualTo(Duration.ofSeconds(4));
    now = now.plusSeconds(3);
    assertThat(failures.remainingPause(MAIN)).isEqualTo(Duration.ofSeconds(1));
    now = now.plusSeconds(9);
    assertThat(failures.remainingPause(MAIN)).isZero();

    failures.suspect(MAIN, fault);
    assertThat(failures.remainingPause(MAIN)).isEqualTo(Duration.ofSeconds(8));
    assertThat(failures.remainingPause(OTHER)).isZero();
    for (int i = 0; i < 100; i++) {
      failures.suspect(MAIN, fault);
    }
    assertThat(failures.remainingPause(MAIN)).isEqualTo(Duration.ofMinutes(10));

    failures.clear(MAIN);
    assertThat(failures.remainingPause(MAIN)).isZero();
    failures.suspect(MAIN, fault);
    assertThat(failures.remainingPause(MAIN)).as("counted from the beginning").isZero();
  }
}
