package dev.sluice.standalone.cli;

/** Ends a command with a message and an exit code of its own. */
public final class ExitException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The API cannot be reached, or cannot answer now. */
  public static final int UNREACHABLE = 3;

  /** The API knows who asks, or does not, and refuses. */
  public static final int NOT_ALLOWED = 4;

  /** What was waited for did not come in time. */
  public static final int TIMED_OUT = 5;

  /** What was to be compared could not be; 1 would say that it differs. */
  public static final int INCOMPARABLE = 6;

  private final int code;

  public ExitException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
