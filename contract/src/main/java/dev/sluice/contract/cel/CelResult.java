package dev.sluice.contract.cel;

/** The result of an expression over an object. */
public sealed interface CelResult {

  /** The expression is true or false. */
  record Holds(boolean isTrue) implements CelResult {}

  /** The object does not have a field that the expression reads. */
  record MissingField(String message) implements CelResult {}

  /**
   * The expression has no value for this object.
   *
   * @param message why, without contents of the object
   */
  record Failed(String message) implements CelResult {}
}
