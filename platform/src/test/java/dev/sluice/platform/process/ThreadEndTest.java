package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The wait for the end of a thread. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadEndTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  @Test
  void interruptsUntilAThreadThatLosesInterruptsHasEnded() {
    AtomicInteger interrupts = new AtomicInteger();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (interrupts.get() < 3) {
                    try {
                      Thread.sleep(LONG);
                    } catch (InterruptedException e) {
                      interrupts.incrementAndGet();
                    }
                  }
                });

    ThreadEnd.repeatUntilEnded(thread, thread::interrupt);

    assertThat(thread.isAlive()).isFalse();
    assertThat(interrupts).hasValue(3);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void keepsAnInterruptOfTheCallingThreadWhileItInterrupts() {
    AtomicInteger interrupts = new AtomicInteger();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (interrupts.get() < 2) {
                    try {
                      Thread.sleep(LONG);
                    } catch (InterruptedException e) {
                      interrupts.incrementAndGet();
                    }
                  }
                });
    Thread.currentThread().interrupt();

    ThreadEnd.repeatUntilEnded(thread, thread::interrupt);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void keepsAnInterruptOfTheCallingThreadWhileItWaits() {
    CountDownLatch ending = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  caller.interrupt();
                  // the caller took the interrupt, and waits on
                  while (caller.isInterrupted() || caller.getState() != Thread.State.WAITING) {
                    LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                  }
                  ending.countDown();
                });

    ThreadEnd.await(thread);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(ending.getCount()).isZero();
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void aThreadThatHasEndedIsNotWaitedFor() throws InterruptedException {
    Thread thread = Thread.ofVirtual().start(() -> {});
    thread.join();

    ThreadEnd.repeatUntilEnded(thread, thread::interrupt);
    ThreadEnd.await(thread);

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
