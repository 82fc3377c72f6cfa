package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A pattern of names: {@code *} stands for any text, {@code ?} for one character, and every other
 * character for itself, with case. It matches whole names, in time proportional to the lengths of
 * both.
 */
public record NamePattern(@JsonValue String text) {

  private static final int LONGEST = 500;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public NamePattern {
    if (text.isEmpty() || text.length() > LONGEST || text.chars().anyMatch(c -> c <= ' ')) {
      throw new IllegalArgumentException(
          "a pattern has 1 to %d characters, none of them a space; * stands for any text"
              .formatted(LONGEST));
    }
  }

  /** Returns whether the pattern matches a name. */
  public boolean matches(String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (in < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        resume = in;
      } else if (at < text.length()
          && (text.charAt(at) == '?' || text.charAt(at) == name.charAt(in))) {
        at++;
        in++;
      } else if (star >= 0) {
        at = star + 1;
        in = ++resume;
      } else {
        return false;
      }
    }
    return text.substring(at).chars().allMatch(c -> c == '*');
  }

  @Override
  public String toString() {
    return text;
  }
}
