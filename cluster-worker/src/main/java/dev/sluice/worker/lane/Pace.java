package dev.sluice.worker.lane;

import java.time.Duration;

/** How an attempt waits: without keeping others from running, and not beyond its own end. */
public interface Pace {

  /**
   * Waits.
   *
   * @throws HaltException if a newer generation came, which ends this attempt
   */
  void pause(Duration duration) throws HaltException, InterruptedException;
}
