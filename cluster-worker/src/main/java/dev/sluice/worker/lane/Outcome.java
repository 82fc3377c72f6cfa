package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import java.time.Duration;
import java.util.Optional;

/** The result of an attempt, which decides what happens next. */
public sealed interface Outcome {

  /** Nothing is left to do. */
  record Done() implements Outcome {}

  /**
   * It failed transiently and is retried.
   *
   * @param asked the delay that the server requested; empty leaves it to the lane
   */
  record RetryAfter(Failure failure, Optional<Duration> asked) implements Outcome {}

  /**
   * It failed and waits for a change.
   *
   * @param wake the change to wait for
   */
  record Parked(Failure failure, Wake wake) implements Outcome {}
}
