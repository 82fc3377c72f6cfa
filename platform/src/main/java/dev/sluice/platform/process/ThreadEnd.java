package dev.sluice.platform.process;

import java.time.Duration;

/** The end of a thread, for whoever must not return before it. */
public final class ThreadEnd {

  private ThreadEnd() {}

  /** Waits until the thread has ended; an interrupt is kept until then. */
  public static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Interrupts a thread until it has ended, however long that takes. One interrupt is not enough
   * where a library may lose it. An interrupt of the calling thread is kept for later.
   */
  public static void interruptUntilEnded(Thread thread) {
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      thread.interrupt();
      try {
        ended = thread.join(Duration.ofMillis(100));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
