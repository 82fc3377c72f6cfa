package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.process.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class BreakerTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final Breaker breaker =
      new Breaker(
          new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8), () -> 1),
          ((InstantSource) now::get).withZone(ZoneOffset.UTC));

  @Test
  void letsAllThroughWhileTheApiAnswers() {
    assertThat(breaker.admit()).isZero();
    assertThat(breaker.admit()).isZero();
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void letsOneProbeAtATimeAfterAFailure() {
    breaker.failed();
    assertThat(breaker.admit()).isEqualTo(Duration.ofSeconds(1));

    now.updateAndGet(before -> before.plusSeconds(1));

    assertThat(breaker.admit()).as("the one that asks").isZero();
    assertThat(breaker.admit()).as("the others").isPositive();
  }

  @Test
  void closesWhenTheApiAnswersAgain() {
    breaker.failed();

    breaker.answered();

    assertThat(breaker.admit()).isZero();
  }
}
