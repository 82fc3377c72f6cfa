package dev.sluice.simulated.fault;

import java.time.Duration;

/** Fault that a request meets. */
public sealed interface Fault {
  /**
   * The request is answered with an error and not processed.
   *
   * @param reason the machine-readable reason of the Status, such as {@code TooManyRequests}
   */
  record Fail(int status, String reason, String message) implements Fault {}

  /** The request is answered with 200 and this body, and not processed. */
  record Answer(String body) implements Fault {}

  /** The request is processed and answered after a delay. */
  record Delay(Duration by) implements Fault {}

  /** The connection is closed and the request is not processed. */
  record CutBefore() implements Fault {}

  /** The request is processed, and the connection is closed without an answer. */
  record CutAfter() implements Fault {}
}
