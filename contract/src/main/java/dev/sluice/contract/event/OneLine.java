package dev.sluice.contract.event;

import java.util.Optional;

/**
 * One line of foreign text to show to people, such as the subject of a commit. Its length is
 * bounded, and it has none of the characters that end a line, move a cursor or reorder text.
 */
public final class OneLine {

  private static final int SUBJECT = 200;
  private static final int NAME = 100;
  private static final String CUT = "...";

  private OneLine() {}

  /** Returns the first line of a message, at most 200 characters; empty if it has no text. */
  public static Optional<String> subject(String message) {
    return of(message, SUBJECT);
  }

  /** Returns the name of a person, at most 100 characters; empty if it has no text. */
  public static Optional<String> name(String text) {
    return of(text, NAME);
  }

  private static Optional<String> of(String text, int longest) {
    StringBuilder line = new StringBuilder();
    for (int index = 0; index < text.length() && line.length() <= longest; ) {
      int point = text.codePointAt(index);
      if (isLineEnd(point) && !line.toString().isBlank()) {
        break;
      }
      line.appendCodePoint(isHidden(point) ? ' ' : point);
      if (line.toString().isBlank()) {
        line.setLength(0);
      }
      index += Character.charCount(point);
    }
    boolean isCut = line.length() > longest;
    if (isCut) {
      int end = longest - CUT.length();
      line.setLength(Character.isLowSurrogate(line.charAt(end)) ? end - 1 : end);
    }
    String shown = line.toString().strip();
    return shown.isEmpty() ? Optional.empty() : Optional.of(isCut ? shown + CUT : shown);
  }

  private static boolean isLineEnd(int point) {
    return point == '\n' || point == '\r' || point == 0x85 || point == 0x2028 || point == 0x2029;
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
