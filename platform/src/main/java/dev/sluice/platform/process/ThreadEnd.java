package dev.sluice.platform.process;

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
}
