package dev.sluice.receiver.payload;

/** Thrown when a body cannot be read; its message is the reason of {@link Parsed.Malformed}. */
public final class MalformedPayloadException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedPayloadException(String reason) {
    super(reason);
  }

  MalformedPayloadException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
