package dev.sluice.inputs.git;

/** A mirror cannot be read or written; the message says which one and what to do. */
public class MirrorException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public MirrorException(String message, Throwable cause) {
    super(message, cause);
  }

  MirrorException(String message) {
    super(message);
  }
}
