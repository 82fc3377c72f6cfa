package dev.sluice.simulated.apply;

/**
 * Thrown for a value that does not fit its type; the message contains the path and the expected
 * type.
 */
public final class MistypedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MistypedException(String message) {
    super(message);
  }
}
