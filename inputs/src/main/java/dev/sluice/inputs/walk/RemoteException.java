package dev.sluice.inputs.walk;

/** Something outside of the repository cannot be had. */
public final class RemoteException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * A failure.
   *
   * @param code {@link Remotes#UNREACHABLE} or {@link Remotes#MISSING} if it may be over when asked
   *     again
   * @param message what, where and what to do; without credentials
   */
  public RemoteException(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** Stable and machine-readable. */
  public String code() {
    return code;
  }
}
