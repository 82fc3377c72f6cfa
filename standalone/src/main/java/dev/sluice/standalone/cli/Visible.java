package dev.sluice.standalone.cli;

import java.util.function.IntFunction;

/**
 * Text of others, for a terminal or a log. Characters that would move the cursor, colour the
 * screen, end the line or turn the order of what is read (C0 and C1 controls, DEL, separators,
 * bidirectional and invisible formatting, lone surrogates) are shown as their escapes.
 */
public final class Visible {

  private Visible() {}

  /** The text on one line. */
  public static String line(String text) {
    return escaped(
        text,
        point ->
            switch (point) {
              case '\n' -> "\\n";
              case '\r' -> "\\r";
              case '\t' -> "\\t";
              default -> "\\u{%04x}".formatted(point);
            });
  }

  /** Several lines of our own that quote others; a line that they forge would be indented. */
  public static String block(String text) {
    return text.lines()
        .map(one -> line(one.replace("\t", "  ")))
        .reduce((first, next) -> first + "\n  " + next)
        .orElse("");
  }

  /** JSON or quoted YAML, in which such characters are only inside of strings. */
  public static String json(String document) {
    return document
        .lines()
        .map(
            one ->
                escaped(
                    one,
                    point ->
                        Character.toString(point)
                            .chars()
                            .mapToObj("\\u%04x"::formatted)
                            .reduce("", String::concat)))
        .reduce((first, next) -> first + "\n" + next)
        .orElse("");
  }

  private static String escaped(String text, IntFunction<String> escape) {
    if (text.codePoints().noneMatch(Visible::isHidden)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            point -> {
              if (isHidden(point)) {
                shown.append(escape.apply(point));
              } else {
                shown.appendCodePoint(point);
              }
            });
    return shown.toString();
  }

  private static boolean isHidden(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
