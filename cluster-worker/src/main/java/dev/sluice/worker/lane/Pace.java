package dev.sluice.worker.lane;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Pauses an attempt without blocking others, and no longer than the attempt itself lasts. */
public interface Pace {

  /**
   * Waits.
   *
   * @throws HaltException if a newer generation arrived, which ends this attempt
   */
  default void pause(Duration duration) throws HaltException, InterruptedException {
    Duration unused = pause(duration, new CompletableFuture<>());
  }

  /**
   * Waits for a change in this process, or for the duration if it does not come.
   *
   * @return the rest of the duration; zero if it has passed
   * @throws HaltException if a newer generation arrived, which ends this attempt
   */
  Duration pause(Duration atMost, CompletableFuture<?> change)
      throws HaltException, InterruptedException;

  /**
   * Waits for a change in this process, or for the duration if it does not come, even if a newer
   * generation arrives: for what must not be left in the middle.
   */
  void outlast(Duration atMost, CompletableFuture<?> change) throws InterruptedException;
}
