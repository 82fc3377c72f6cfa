package dev.sluice.inputs.helm;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern in the syntax of Go's {@code filepath.Match}: {@code *} and {@code ?} do not match '/',
 * {@code [a-z]} and {@code [^a-z]} match one character, and a backslash escapes the next one.
 */
final class GoPattern {

  private final Pattern pattern;

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException if Go refuses it
   */
  GoPattern(String text) {
    StringBuilder regex = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      switch (c) {
        case '*' -> regex.append("[^/]*");
        case '?' -> regex.append("[^/]");
        case '[' -> at = characters(text, at, regex);
        case '\\' -> {
          at++;
          literal(text, at, regex);
        }
        default -> literal(text, at, regex);
      }
      at++;
    }
    try {
      this.pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("a range goes backwards", e);
    }
  }

  boolean matches(String path) {
    return pattern.matcher(path).matches();
  }

  /** Translates a bracket expression; returns the index of the closing bracket. */
  private static int characters(String text, int open, StringBuilder regex) {
    int at = open + 1;
    boolean negated = at < text.length() && text.charAt(at) == '^';
    regex.append(negated ? "[^" : "[");
    if (negated) {
      at++;
    }
    int first = at;
    while (at == first || (at < text.length() && text.charAt(at) != ']')) {
      at = character(text, at, regex);
      if (at < text.length() && text.charAt(at) == '-') {
        regex.append('-');
        at = character(text, at + 1, regex);
      }
    }
    if (at >= text.length()) {
      throw new IllegalArgumentException("a bracket is not closed");
    }
    regex.append(']');
    return at;
  }

  /** Translates one character of a bracket expression; returns the index of the next one. */
  private static int character(String text, int at, StringBuilder regex) {
    boolean plain = at < text.length() && text.charAt(at) != '-' && text.charAt(at) != ']';
    if (!plain) {
      throw new IllegalArgumentException("a bracket lacks a character");
    }
    int literal = text.charAt(at) == '\\' ? at + 1 : at;
    literal(text, literal, regex);
    return literal + 1;
  }

  private static void literal(String text, int at, StringBuilder regex) {
    if (at >= text.length()) {
      throw new IllegalArgumentException("a backslash is at its end");
    }
    char c = text.charAt(at);
    if (c < 128 && !Character.isLetterOrDigit(c)) {
      regex.append('\\');
    }
    regex.append(c);
  }
}
