package dev.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RefresherTest {

  private Instant now = Instant.EPOCH;
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

  @Test
  void aFailingReaderDoesNotAffectTheOthers() {
    AtomicInteger read = new AtomicInteger();
    AtomicInteger tried = new AtomicInteger();
    Refresher refreshing =
        new Refresher(
            Map.of(
                "a",
                () -> {
                  tried.incrementAndGet();
                  throw new IllegalStateException("a test's fault");
                },
                "b",
                read::incrementAndGet,
                "c",
                () -> {
                  tried.incrementAndGet();
                  throw new AssertionError("a test's fault");
                },
                "d",
                read::incrementAndGet),
            clock);

    refreshing.refresh(Runnable::run);
    refreshing.refresh(Runnable::run);

    assertThat(read).hasValue(4);
    assertThat(tried).hasValue(4);
    assertThat(refreshing.failing()).isEqualTo(2);
  }

  /** A hung reading never returns; here it is a task that is not run yet. */
  @Test
  void aReadingThatDoesNotEndIsCountedAndStopsNoOther() {
    AtomicInteger read = new AtomicInteger();
    List<Runnable> hanging = new ArrayList<>();
    Refresher refreshing = new Refresher(Map.of("a", () -> {}, "b", read::incrementAndGet), clock);

    refreshing.refresh(hanging::add);
    hanging.removeLast().run();
    for (int seconds = 0; seconds < 40; seconds += 2) {
      now = now.plusSeconds(2);
      refreshing.refresh(Runnable::run);
    }

    assertThat(hanging).hasSize(1);
    assertThat(refreshing.failing()).isEqualTo(1);

    hanging.removeLast().run();
    assertThat(refreshing.failing()).isZero();
    refreshing.refresh(Runnable::run);
    assertThat(read).hasPositiveValue();
  }
}
