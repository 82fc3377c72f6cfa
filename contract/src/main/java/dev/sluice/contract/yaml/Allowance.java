package dev.sluice.contract.yaml;

import java.util.Optional;

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
   * The largest number of values of an application or a fleet: mappings, lists and scalars. An
   * empty list takes two bytes of JSON but many times as much memory. A line of a manifest has
   * about two values, so that real applications of 32 MiB have one to two million.
   */
  public static final int MAX_VALUES = 2_000_000;

  /** The largest number of values in a file of the fleet; an application has a few dozen. */
  public static final int MAX_FLEET_VALUES = 400_000;

  /** The largest fleet, all its files together: 64 MiB of JSON. */
  public static final int MAX_FLEET = 64 << 20;

  /** The largest include of a fleet, all its files together: 8 MiB of JSON. */
  public static final int MAX_INCLUDE = 8 << 20;

  /** The largest number of values in an include of a fleet. */
  public static final int MAX_INCLUDE_VALUES = 400_000;

  private final long maxBytes;
  private final long maxValues;
  private final String subject;
  private final Optional<Allowance> whole;
  private long bytes;
  private long values;

  private Allowance(long bytes, long values, String subject, Optional<Allowance> whole) {
    this.bytes = bytes;
    this.values = values;
    this.maxBytes = bytes;
    this.maxValues = values;
    this.subject = subject;
    this.whole = whole;
  }

  /** Returns the allowance of an application. */
  public static Allowance ofApplication() {
    return new Allowance(MAX_APPLICATION, MAX_VALUES, "an application", Optional.empty());
  }

  /** Returns the allowance of a file of settings. */
  public static Allowance ofFile() {
    return new Allowance(MAX_APPLICATION, MAX_FLEET_VALUES, "a file", Optional.empty());
  }

  /** Returns the allowance of all files of a fleet. */
  public static Allowance ofFleet() {
    return new Allowance(MAX_FLEET, MAX_VALUES, "a fleet", Optional.empty());
  }

  /** Returns the allowance of all files that a {@code FleetInclude} brings into a fleet. */
  public static Allowance ofInclude() {
    return new Allowance(MAX_INCLUDE, MAX_INCLUDE_VALUES, "an include", Optional.empty());
  }

  /** Returns the allowance of a file of a fleet, which is charged to all files' as well. */
  public static Allowance ofFileOf(Allowance all) {
    return new Allowance(MAX_APPLICATION, MAX_FLEET_VALUES, "a file", Optional.of(all));
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
              .formatted(maxBytes >> 20, subject));
    }
    if (this.values < 0) {
      throw YamlException.tooLarge(
          line,
          "with its aliases expanded it has more than %d values, which is more than %s may have"
              .formatted(maxValues, subject));
    }
    whole.ifPresent(one -> one.take(bytes, values, line));
  }

  /** Returns whether the budget was exceeded. */
  public boolean isExceeded() {
    return bytes < 0 || values < 0;
  }

  /** Returns the number of bytes at the beginning. */
  public long maxBytes() {
    return maxBytes;
  }

  /** Returns the number of values at the beginning. */
  public long maxValues() {
    return maxValues;
  }

  long bytesLeft() {
    return bytes;
  }

  long valuesLeft() {
    return values;
  }
}
