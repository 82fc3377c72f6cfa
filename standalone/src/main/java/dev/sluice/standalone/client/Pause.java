package dev.sluice.standalone.client;

import dev.sluice.standalone.cli.ExitException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Pause between requests that a verb repeats. */
final class Pause {

  private Pause() {}

  /** Waits; an interrupt ends the command with this reason. */
  static void of(Duration duration, String reason) {
    try {
      // nothing counts it down: the timeout sets the pace, and an interrupt ends the wait
      new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExitException(1, reason);
    }
  }
}
