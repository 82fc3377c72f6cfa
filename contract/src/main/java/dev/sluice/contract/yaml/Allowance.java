package dev.sluice.contract.yaml;

/**
 * Budget for the size of one or several YAML texts as JSON with aliases expanded. It is charged
 * before anything is expanded: a value that many aliases refer to is in memory once and charged
 * each time.
 *
 * <p>Not thread-safe.
 */
public final class Allowance {

  /** The largest object that an API server accepts: 3 MiB of JSON, its limit for request bodies. */
  public static final int MAX_OBJECT = 3 << 20;

  /** The largest application, all its objects together: 32 MiB of JSON. */
  public static final int MAX_APPLICATION = 32 << 20;

  /**
   * The largest number of values: mappings, lists and scalars. An empty list takes two bytes of
   * JSON but many times as much memory. A line of a manifest has about two values, so that real
   * applications of 32 MiB have one to two million.
   */
  public static final int MAX_VALUES = 2_000_000;

  /** The largest number of values in a file of the fleet; an application has a few dozen. */
  public static final int MAX_FLEET_VALUES = 400_000;

  private final long maxValues;
  private final String subject;
  private long bytes;
  private long values;

  private Allowance(long values, String subject) {
    this.bytes = MAX_APPLICATION;
    this.values = values;
    this.maxValues = values;
    this.subject = subject;
  }

  /** Returns the allowance of an application. */
  public static Allowance ofApplication() {
    return new Allowance(MAX_VALUES, "an application");
  }

  /** Returns the allowance of a file of the fleet, or of settings. */
  public static Allowance ofFile() {
    return new Allowance(MAX_FLEET_VALUES, "a file");
  }

  /**
   * Charges the budget.
   *
   * @param line the line of the value, for the message
   * @throws YamlException if the budget is exceeded
   */
  public void take(long bytes, long values, int line) {
    this.bytes -= bytes;
    this.values -= values;
    if (this.bytes < 0) {
      throw YamlException.tooLarge(
          line,
          "with its aliases expanded it is more than %d MiB of JSON, which is more than %s may have"
              .formatted(MAX_APPLICATION >> 20, subject));
    }
    if (this.values < 0) {
      throw YamlException.tooLarge(
          line,
          "with its aliases expanded it has more than %d values, which is more than %s may have"
              .formatted(maxValues, subject));
    }
  }

  long bytesLeft() {
    return bytes;
  }

  long valuesLeft() {
    return values;
  }
}
