package dev.sluice.standalone.verify;

/**
 * A promise that does not hold.
 *
 * @param where the application and cluster, event or object
 */
public record Violation(Promise promise, String where, String what) {
  @Override
  public String toString() {
    return "%s  %s: %s".formatted(promise, where, what);
  }
}
