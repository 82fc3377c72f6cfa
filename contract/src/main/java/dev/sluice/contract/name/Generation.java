package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Number of a target of one application in one cluster: 1, 2, 3, ...; only ever rises. */
public record Generation(@JsonValue long value) implements Comparable<Generation> {

  public static final Generation FIRST = new Generation(1);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Generation {
    if (value < 1) {
      throw new IllegalArgumentException("a generation is at least 1, not " + value);
    }
  }

  public Generation next() {
    return new Generation(Math.addExact(value, 1));
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
