package dev.sluice.inputs.walk;

/** Ends a resolution: these inputs cannot be rendered. Caught by {@link ClosureResolver} only. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * Creates a refusal.
   *
   * @param code stable and machine-readable
   * @param message what, where and what to do
   */
  public RefusedException(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
