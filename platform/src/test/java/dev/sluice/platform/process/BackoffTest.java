package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Delays between attempts. */
class BackoffTest {

  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  @Test
  void delaysDoubleUpToTheLongest() {
    Backoff backoff = new Backoff(FIRST, LONGEST);

    assertThat(backoff.after(1)).isEqualTo(Duration.ofSeconds(2));
    assertThat(backoff.after(2)).isEqualTo(Duration.ofSeconds(4));
    assertThat(backoff.after(3)).isEqualTo(Duration.ofSeconds(8));
    assertThat(backoff.after(4)).isEqualTo(LONGEST);
    assertThat(backoff.after(Integer.MAX_VALUE)).isEqualTo(LONGEST);
  }

  @Test
  void theUpperHalfOfADelayIsRandom() {
    assertThat(new Backoff(FIRST, LONGEST, () -> 0).after(2)).isEqualTo(Duration.ofSeconds(2));
    assertThat(new Backoff(FIRST, LONGEST, () -> 0.5).after(2)).isEqualTo(Duration.ofSeconds(3));
    assertThat(new Backoff(FIRST, LONGEST, () -> 1).after(2)).isEqualTo(Duration.ofSeconds(4));
  }
}
