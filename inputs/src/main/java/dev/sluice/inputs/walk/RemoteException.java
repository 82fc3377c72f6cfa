package dev.sluice.inputs.walk;

import dev.sluice.contract.failure.FailureCode;

/** A remote base or chart is not available. */
public final class RemoteException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient FailureCode code;

  /**
   * Creates a failure.
   *
   * @param code {@code REMOTE_UNREACHABLE} or {@code REMOTE_MISSING} if a retry may succeed
   * @param message what, where and what to do; without credentials
   */
  public RemoteException(FailureCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** Returns the stable, machine-readable code. */
  public FailureCode code() {
    return code;
  }
}
