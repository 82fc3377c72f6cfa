package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import java.time.Duration;
import java.util.Optional;

/** How an attempt at a generation ended, which says what happens next. */
public sealed interface Outcome {

  /** Nothing is left to do for it. */
  record Done() implements Outcome {}

  /**
   * Transient trouble.
   *
   * @param asked how long the server asked to be left alone; empty leaves it to the lane
   */
  record RetryAfter(Failure failure, Optional<Duration> asked) implements Outcome {}

  /**
   * It does not go as things are.
   *
   * @param wake what may change that
   */
  record Parked(Failure failure, Wake wake) implements Outcome {}
}
