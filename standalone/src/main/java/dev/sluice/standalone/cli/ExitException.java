package dev.sluice.standalone.cli;

/** Failure of a command, with its exit code. */
public final class ExitException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The API cannot be reached, or is unavailable. */
  public static final int UNREACHABLE = 3;

  /** The API refuses: the caller is unknown, or lacks the permission. */
  public static final int NOT_ALLOWED = 4;

  /** The awaited condition did not hold in time. */
  public static final int TIMED_OUT = 5;

  /** A comparison failed; it is not 1, which means that something differs. */
  public static final int INCOMPARABLE = 6;

  /** The API has not answered in time, as with the program {@code timeout}. */
  public static final int NO_ANSWER = 124;

  private final int code;

  public ExitException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
