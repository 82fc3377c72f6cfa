package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.dispatcher.decide.DispatchListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another instance takes over many partitions whose loops do not stop. */
class RebalanceIT {

  private static final int PARTITIONS = 16;

  /** The time that a rebalance gives a loop to stop. */
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final HeldClock held = new HeldClock();
  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
  }

  @AfterEach
  void close() {
    held.release();
    situation.close();
  }

  @Test
  void doesNotTakeLongerForManyPartitionsThanForOne() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    Dispatcher first =
        situation.start(
            situation.config("mirrors", PARTITIONS, TIMING), held, DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    assertThat(first.lag()).hasSize(PARTITIONS);
    held.hold();
    await().atMost(CLOSE.multipliedBy(2)).until(() -> held.threads.size() == PARTITIONS);

    Instant begun = Instant.now();
    Dispatcher second =
        situation.start(situation.config("mirrors-2", PARTITIONS, TIMING), DispatchListener.NONE);
    await().atMost(Duration.ofMinutes(2)).until(() -> second.lag().size() == PARTITIONS / 2);
    Duration taken = Duration.between(begun, Instant.now());

    assertThat(first.lag()).hasSize(PARTITIONS / 2);
    assertThat(taken)
        .as("if it waited for one loop after the other, each would take this long")
        .isLessThan(CLOSE.multipliedBy(PARTITIONS / 2));
    held.release();
    situation.put("web", "two").pushAndNotify();
    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one", "web 2 two");
  }

  /** System clock that can hold every partition loop that asks for the time. */
  private static final class HeldClock extends Clock {

    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean holding;

    void hold() {
      holding = true;
    }

    void release() {
      released.countDown();
    }

    @Override
    public Instant instant() {
      String thread = Thread.currentThread().getName();
      if (holding && thread.startsWith("partition-")) {
        threads.add(thread);
        try {
          released.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return Instant.now();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
