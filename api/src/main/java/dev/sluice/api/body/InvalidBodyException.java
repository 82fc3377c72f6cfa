package dev.sluice.api.body;

/** The body of a request cannot be used; the message is a sentence for the caller. */
public final class InvalidBodyException extends Exception {

  private static final long serialVersionUID = 1L;

  InvalidBodyException(String message) {
    super(message);
  }

  InvalidBodyException(String message, Throwable cause) {
    super(message, cause);
  }
}
