package dev.sluice.simulated.patch;

/** Thrown for a patch that cannot be applied; it has the HTTP status and reason to answer with. */
public final class PatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;

  PatchException(int code, String reason, String message) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  static PatchException malformed(String message) {
    return new PatchException(400, "BadRequest", message);
  }

  /** Returns the exception for a JSON patch with an operation that fails. */
  static PatchException unprocessable(String message) {
    return new PatchException(
        422,
        "Invalid",
        "the server rejected our request due to an error in our request: " + message);
  }

  static PatchException notImplemented(String what) {
    return new PatchException(
        501, "NotImplemented", "the simulated cluster does not support " + what);
  }

  public int code() {
    return code;
  }

  public String reason() {
    return reason;
  }
}
