package dev.sluice.inputs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.platform.process.MovedClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FetchesTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  private final MovedClock clock = new MovedClock();
  private final AtomicInteger runs = new AtomicInteger();
  private Fetches fetches = new Fetches(LONG, clock);

  @AfterEach
  void stop() {
    fetches.close();
  }

  @Test
  void returnsOnceTheFetchIsDone() throws RemoteException {
    fetches.require("a", runs::incrementAndGet);

    assertThat(runs).hasValue(1);
  }

  @Test
  void whileFetchingFailsCallersGetTheLastFailureImmediately() {
    assertThatThrownBy(() -> fetches.require("a", this::fail)).hasMessage("down 1");
    assertThatThrownBy(() -> fetches.require("a", this::fail)).hasMessage("down 1");
    assertThat(runs).hasValue(1);

    clock.move(Duration.ofSeconds(1));
    assertThatThrownBy(() -> fetches.require("a", this::fail)).hasMessageStartingWith("down");
    await().untilAsserted(() -> assertThat(runs).hasValue(2));

    clock.move(Duration.ofSeconds(1));
    assertThatThrownBy(() -> fetches.require("a", this::fail)).hasMessage("down 2");
    assertThat(runs).as("the pause grows").hasValue(2);
  }

  @Test
  void theCallerThatStartsAnotherAttemptGetsItsResultIfTheHostAnswers() throws RemoteException {
    Fetches.Fetch invalid =
        () -> {
          throw new RemoteException(SourceFailure.REMOTE_INVALID, "other content");
        };
    assertThatThrownBy(() -> fetches.require("a", invalid)).hasMessage("other content");
    clock.move(Duration.ofSeconds(2));

    fetches.require("a", runs::incrementAndGet);

    assertThat(runs).hasValue(1);
  }

  @Test
  void failuresAreForgottenIfThereAreMany() {
    assertThatThrownBy(() -> fetches.require("a", this::fail)).hasMessage("down 1");
    clock.move(Duration.ofSeconds(1));
    for (int i = 0; i < Fetches.MAX_UNFINISHED; i++) {
      int key = i;
      assertThatThrownBy(() -> fetches.require(key, this::fail)).hasMessageStartingWith("down");
    }

    int before = runs.get();
    assertThatThrownBy(() -> fetches.require("a", this::fail))
        .as("waits as for the first attempt")
        .hasMessage("down %d", before + 1);
  }

  @Test
  void aLateFetchSucceedsForTheNextCaller() {
    assertThatThrownBy(() -> fetches.require("a", this::fail)).hasMessage("down 1");
    clock.move(Duration.ofSeconds(2));

    await()
        .ignoreException(RemoteException.class)
        .untilAsserted(
            () -> {
              fetches.require("a", runs::incrementAndGet);
              assertThat(runs.get()).isGreaterThanOrEqualTo(2);
            });
  }

  @Test
  void anUnresponsiveHostBlocksCallersBrieflyAndIsRequestedOnce() throws RemoteException {
    fetches.close();
    fetches = new Fetches(Duration.ofMillis(1), clock);
    CountDownLatch answer = new CountDownLatch(1);
    Fetches.Fetch slow =
        () -> {
          runs.incrementAndGet();
          try {
            answer.await();
          } catch (InterruptedException e) {
            throw new RemoteException(SourceFailure.REMOTE_UNREACHABLE, "stopped");
          }
        };

    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> fetches.require("a", slow)).hasMessageContaining("takes long");
    }
    fetches.close();
    assertThat(runs).hasValue(1);
  }

  private void fail() throws RemoteException {
    throw new RemoteException(SourceFailure.REMOTE_UNREACHABLE, "down " + runs.incrementAndGet());
  }
}
