package dev.sluice.inputs.walk;

/** A remote base or chart is not available. */
public final class RemoteException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * Creates a failure.
   *
   * @param code {@link Remotes#UNREACHABLE} or {@link Remotes#MISSING} if a retry may succeed
   * @param message what, where and what to do; without credentials
   */
  public RemoteException(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** Returns the stable, machine-readable code. */
  public String code() {
    return code;
  }
}
