package dev.sluice.standalone.verify;

/**
 * A guarantee that does not hold.
 *
 * @param where the application and cluster, event or object
 */
public record Violation(Guarantee guarantee, String where, String what) {
  @Override
  public String toString() {
    return "%s  %s: %s".formatted(guarantee, where, what);
  }
}
