package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SupervisedLoopTest {

  private final MovedClock clock = new MovedClock();
  private final AtomicReference<Throwable> ended = new AtomicReference<>();
  private final FatalErrors.Replacement replaced = FatalErrors.endingBy(ended::set);

  @AfterEach
  void restore() {
    replaced.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error", "interruption"})
  void aFailedSessionIsFollowedByAnotherOne(String fault) {
    AtomicInteger sessions = new AtomicInteger();
    try (SupervisedLoop loop =
        new SupervisedLoop(
            "test",
            clock,
            self -> {
              if (sessions.incrementAndGet() <= 2) {
                fail(fault);
              }
              turnUntilClosed(self);
            })) {
      loop.start();

      await().until(() -> sessions.get() == 2 && loop.unreadyReason().isPresent());
      assertThat(loop.unreadyReason().orElseThrow())
          .contains("test has been failing", "a test's fault");
      await().until(() -> sessions.get() == 3);
      assertThat(loop.unreadyReason()).as("it may fail again at once").isPresent();
      clock.move(Duration.ofSeconds(5));
      await().until(() -> loop.unreadyReason().isEmpty());
      assertThat(ended).hasNullValue();
    }
  }

  @Test
  void aPersistentBugEndsTheProcess() {
    FatalErrors.install();
    try (SupervisedLoop loop =
        new SupervisedLoop(
            "test",
            clock,
            _ -> {
              clock.move(Duration.ofMinutes(6));
              throw new IllegalStateException("a test's fault");
            })) {
      loop.start();

      await().dontCatchUncaughtExceptions().until(() -> ended.get() != null);
      assertThat(ended.get()).hasMessageContaining("a test's fault");
    }
  }

  @Test
  void externalFailuresAreRetriedWithoutLimit() {
    FatalErrors.install();
    AtomicInteger sessions = new AtomicInteger();
    try (SupervisedLoop loop =
        new SupervisedLoop(
            "test",
            clock,
            _ -> {
              clock.move(Duration.ofHours(1));
              switch (sessions.incrementAndGet()) {
                case 1 -> throw new KafkaException("away");
                case 2 -> throw new IOException("no disk");
                default -> throw new IllegalStateException("about Kafka", new KafkaException("x"));
              }
            })) {
      loop.start();

      await().until(() -> sessions.get() >= 4);
      assertThat(ended).hasNullValue();
      assertThat(loop.unreadyReason().orElseThrow()).contains("about Kafka");
    }
  }

  @Test
  void anOutOfMemoryErrorEndsTheProcess() {
    CountDownLatch over = new CountDownLatch(1);
    try (SupervisedLoop loop =
        new SupervisedLoop(
            "test",
            clock,
            self -> {
              if (over.getCount() > 0) {
                over.countDown();
                throw new OutOfMemoryError("a test's fault");
              }
              turnUntilClosed(self);
            })) {
      loop.start();

      await().until(() -> ended.get() instanceof OutOfMemoryError);
    }
  }

  @Test
  void aNudgeEndsTheCurrentOrTheNextPause() {
    AtomicInteger turns = new AtomicInteger();
    try (SupervisedLoop loop =
        new SupervisedLoop(
            "test",
            clock,
            self -> {
              while (self.isOpen()) {
                turns.incrementAndGet();
                self.pause(Duration.ofDays(1));
              }
            })) {
      loop.nudge();
      loop.start();

      await().until(() -> turns.get() == 2);
      loop.nudge();
      await().until(() -> turns.get() == 3);
    }
  }

  private static void turnUntilClosed(SupervisedLoop loop) throws InterruptedException {
    while (loop.isOpen()) {
      loop.turned();
      loop.pause(Duration.ofMillis(5));
    }
  }

  private static void fail(String fault) throws InterruptedException {
    switch (fault) {
      case "error" -> throw new AssertionError("a test's fault");
      case "interruption" -> throw new InterruptedException("a test's fault");
      default -> throw new IllegalStateException("a test's fault");
    }
  }
}
