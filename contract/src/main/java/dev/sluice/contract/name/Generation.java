package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Number of a target of one application in one cluster: 1, 2, 3, ...; only ever rises.
 *
 * <p>No count comes near the {@linkplain #MOST largest number}: one that does was not counted.
 */
public record Generation(@JsonValue long value) implements Comparable<Generation> {

  /** What JSON numbers hold exactly in every language. */
  public static final long MOST = 1L << 53;

  /** Beyond this nobody has counted; it leaves room to go on from what is believed. */
  private static final long CREDIBLE = 1L << 52;

  public static final Generation FIRST = new Generation(1);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Generation {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(
          "a generation is at least 1 and at most 2^53, not " + value);
    }
  }

  /** Whether somebody may have counted that far. */
  public boolean isCredible() {
    return value <= CREDIBLE;
  }

  public Generation next() {
    return new Generation(value + 1);
  }

  public boolean isAfter(Generation other) {
    return value > other.value;
  }

  @Override
  public int compareTo(Generation other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
