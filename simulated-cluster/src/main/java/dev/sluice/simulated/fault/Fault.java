package dev.sluice.simulated.fault;

import java.time.Duration;

/** What becomes of a request instead of what should. */
public sealed interface Fault {
  /**
   * Answered with an error, not processed.
   *
   * @param reason the machine-readable reason of the Status, such as {@code TooManyRequests}
   */
  record Fail(int status, String reason, String message) implements Fault {}

  /** Answered with 200 and this body, not processed. */
  record Answer(String body) implements Fault {}

  /** Processed and answered after a delay. */
  record Delay(Duration by) implements Fault {}

  /** The connection is closed and nothing was processed. */
  record CutBefore() implements Fault {}

  /** The connection is closed after the request was processed: the answer is lost. */
  record CutAfter() implements Fault {}
}
