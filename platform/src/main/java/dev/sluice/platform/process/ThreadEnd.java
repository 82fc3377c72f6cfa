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
   * Ends what a thread waits for, again and again until the thread has ended, however long that
   * takes: a library may lose an interrupt. An interrupt of the calling thread is kept for later.
   *
   * @param ending for example an interrupt of the thread
   */
  public static void repeatUntilEnded(Thread thread, Runnable ending) {
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      ending.run();
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
