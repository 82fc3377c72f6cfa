package dev.sluice.contract.yaml;

/**
 * What the values of one or several texts may still take once they are written out as JSON, with
 * aliases expanded. Counted before anything is written out: a value that many aliases name is held
 * once and counted each time.
 *
 * <p>Not for use by several threads at once.
 */
public final class Allowance {

  /** The largest object that an API server takes: 3 MiB of JSON, its limit of a request's body. */
  public static final int MAX_OBJECT = 3 << 20;

  /** The largest application, all its objects together: 16 MiB of JSON. */
  public static final int MAX_APPLICATION = 16 << 20;

  /**
   * The most values: mappings, lists and scalars. An empty list takes two bytes of JSON and many
   * times as much of memory; applications of 16 MiB have some hundred thousand values.
   */
  public static final int MAX_VALUES = 1_000_000;

  private long bytes;
  private long values;

  private Allowance(long bytes, long values) {
    this.bytes = bytes;
    this.values = values;
  }

  /** Returns the allowance of an application. */
  public static Allowance ofApplication() {
    return new Allowance(MAX_APPLICATION, MAX_VALUES);
  }

  /**
   * Takes from what is left.
   *
   * @param line where it is taken, for the message
   * @throws YamlException if less is left
   */
  public void take(long bytes, long values, int line) {
    this.bytes -= bytes;
    this.values -= values;
    if (this.bytes < 0) {
      throw YamlException.tooLarge(
          line,
          "with its aliases expanded it is more than %d MiB of JSON, which is more than an application may have"
              .formatted(MAX_APPLICATION >> 20));
    }
    if (this.values < 0) {
      throw YamlException.tooLarge(
          line,
          "with its aliases expanded it has more than %d values, which is more than an application may have"
              .formatted(MAX_VALUES));
    }
  }

  long bytesLeft() {
    return bytes;
  }

  long valuesLeft() {
    return values;
  }
}
