package dev.sluice.worker.lane;

import java.time.Duration;

/** Pauses an attempt without blocking others, and no longer than the attempt itself lasts. */
public interface Pace {

  /**
   * Waits.
   *
   * @throws HaltException if a newer generation arrived, which ends this attempt
   */
  void pause(Duration duration) throws HaltException, InterruptedException;
}
