package dev.sluice.inputs.walk;

import dev.sluice.contract.failure.FailureCode;

/** Ends a resolution: these inputs cannot be rendered. Caught by {@code ClosureResolver}. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient FailureCode code;

  /**
   * Creates a refusal.
   *
   * @param code stable and machine-readable
   * @param message what, where and what to do
   */
  public RefusedException(FailureCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public FailureCode code() {
    return code;
  }
}
