package dev.sluice.dispatcher.readmodel;

/** The database of the read model did not do what it was asked. */
public final class DatabaseException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
