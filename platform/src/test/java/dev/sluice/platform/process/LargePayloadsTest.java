package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LargePayloadsTest {

  private static final long MIB = 1024 * 1024;

  private final LargePayloads payloads = LargePayloads.of(32 * MIB);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void largePayloadsWaitUntilOthersAreGone() throws Exception {
    LargePayloads.Room first = payloads.enter(20 * MIB);
    LargePayloads.Room second = payloads.enter(12 * MIB);

    CompletableFuture<LargePayloads.Room> third = entering(3 * MIB);
    await().until(() -> payloads.waiting() == 1);
    assertThat(third).isNotDone();

    second.close();
    third.join().close();
    first.close();
    payloads.enter(32 * MIB).close();
  }

  @Test
  void smallPayloadsNeverWait() throws Exception {
    LargePayloads.Room all = payloads.enter(32 * MIB);

    payloads.enter(LargePayloads.SMALL).close();

    all.close();
  }

  @Test
  void aPayloadThatIsLargerThanTheLimitIsAdmittedAlone() throws Exception {
    LargePayloads.Room small = payloads.enter(3 * MIB);
    CompletableFuture<LargePayloads.Room> huge = entering(100 * MIB);
    await().until(() -> payloads.waiting() == 1);

    small.close();
    LargePayloads.Room room = huge.join();
    assertThat(room.holds(200 * MIB)).isTrue();
    CompletableFuture<LargePayloads.Room> next = entering(3 * MIB);
    await().until(() -> payloads.waiting() == 1);

    room.close();
    assertThat(next.join().holds(4 * MIB)).isFalse();
  }

  @Test
  void roomIsGivenBackOnce() throws Exception {
    LargePayloads.Room room = payloads.enter(20 * MIB);
    room.close();
    room.close();

    LargePayloads.Room all = payloads.enter(32 * MIB);
    CompletableFuture<LargePayloads.Room> next = entering(3 * MIB);
    await().until(() -> payloads.waiting() == 1);
    all.close();
    next.join().close();
  }

  private CompletableFuture<LargePayloads.Room> entering(long bytes) {
    CompletableFuture<LargePayloads.Room> entered = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            entered.complete(payloads.enter(bytes));
          } catch (InterruptedException e) {
            entered.completeExceptionally(e);
          }
        });
    return entered;
  }
}
