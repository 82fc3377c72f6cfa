package dev.sluice.simulated.runner.api;

/** Answer of the API server other than success. */
public final class ApiRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ApiRefusal(int code, String message) {
    super("%d: %s".formatted(code, message), null, false, false);
  }
}
