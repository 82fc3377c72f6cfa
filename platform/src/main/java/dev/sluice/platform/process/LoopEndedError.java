package dev.sluice.platform.process;

/** A bug keeps a loop from working; without the loop the process is useless. */
final class LoopEndedError extends Error {

  private static final long serialVersionUID = 1L;

  LoopEndedError(String message, Throwable cause) {
    super(message, cause);
  }
}
