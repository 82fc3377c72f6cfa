package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

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

  /** The number that is written where nothing was sent or begun yet. */
  public static final long NONE = 0;

  private static final Pattern TEXT = Pattern.compile("[1-9][0-9]{0,15}");

  public static final Generation FIRST = new Generation(1);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Generation {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(
          "a generation is at least 1 and at most 2^53, not " + value);
    }
  }

  /**
   * Returns the generation that a text names, as an annotation or a file has it; empty if it names
   * none.
   */
  public static Optional<Generation> parse(String text) {
    return Optional.of(text)
        .filter(TEXT.asMatchPredicate())
        .map(Long::parseLong)
        .filter(number -> number <= MOST)
        .map(Generation::new);
  }

  /**
   * Returns the generation with a number of an event or a column, where {@value #NONE} stands for
   * none.
   *
   * @throws IllegalArgumentException if there can be no such generation
   */
  public static Optional<Generation> ofNumber(long number) {
    return number == NONE ? Optional.empty() : Optional.of(new Generation(number));
  }

  /**
   * Returns the number of a generation for an event or a column; {@value #NONE} if there is none.
   */
  public static long numberOf(Optional<Generation> generation) {
    return generation.map(Generation::value).orElse(NONE);
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

  /** Returns whether this is newer than the other; every generation is newer than none. */
  public boolean isAfter(Optional<Generation> other) {
    return other.isEmpty() || isAfter(other.get());
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
