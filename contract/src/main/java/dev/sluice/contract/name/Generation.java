package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Sequence number of a target of one application in one cluster: 1, 2, 3, ...; it never decreases.
 *
 * <p>Counting never gets near the {@linkplain #MOST largest number}; a number that is close to it
 * is corrupt.
 */
public record Generation(@JsonValue long value) implements Comparable<Generation> {

  /** The largest integer that JSON numbers represent exactly in every language. */
  public static final long MOST = 1L << 53;

  /** The largest generation that is accepted as a base to count on from; leaves room to do so. */
  private static final long CREDIBLE = 1L << 52;

  public static final Generation FIRST = new Generation(1);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Generation {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(
          "a generation is at least 1 and at most 2^53, not " + value);
    }
  }

  /** Returns whether counting can have reached this number. */
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
