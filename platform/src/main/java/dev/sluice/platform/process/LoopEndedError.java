package dev.sluice.platform.process;

/** A loop that a fault of the program keeps from going on: the process is of no use without it. */
final class LoopEndedError extends Error {

  private static final long serialVersionUID = 1L;

  LoopEndedError(String message, Throwable cause) {
    super(message, cause);
  }
}
