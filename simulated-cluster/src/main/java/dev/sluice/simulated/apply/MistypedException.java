package dev.sluice.simulated.apply;

/** A value that does not fit its type; the message names the path and what was expected. */
public final class MistypedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MistypedException(String message) {
    super(message);
  }
}
