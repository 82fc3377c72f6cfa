package dev.sluice.standalone.client.output;

import java.util.ArrayList;
import java.util.List;

/** Texts that are fitted into a width, in code points. */
public final class Text {

  private static final String ELLIPSIS = "…";

  /** A space at which no line ends. */
  public static final char NO_BREAK = '\u00a0';

  private Text() {}

  /** Returns the number of code points. */
  static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Returns a text without its middle if it is wider than allowed. */
  static String cut(String text, int width) {
    int length = width(text);
    if (length <= width) {
      return text;
    }
    int head = width / 2;
    int tail = width - head - 1;
    return text.substring(0, text.offsetByCodePoints(0, head))
        + ELLIPSIS
        + text.substring(text.offsetByCodePoints(text.length(), -tail));
  }

  /** Returns lines that end between words; a word that is wider than a line is divided. */
  static List<String> wrap(String text, int width) {
    List<String> words = new ArrayList<>();
    for (String word : text.split(" ", -1)) {
      String rest = word;
      while (width(rest) > width) {
        int end = end(rest, width);
        words.add(rest.substring(0, end));
        rest = rest.substring(end);
      }
      words.add(rest);
    }
    return joined(words, width);
  }

  /** Returns lines that end between words; a word that is wider than a line has one of its own. */
  public static List<String> wrapWords(String text, int width) {
    return joined(List.of(text.split(" ", -1)), width);
  }

  private static List<String> joined(List<String> words, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    boolean isFirst = true;
    for (String word : words) {
      if (!isFirst && width(line.toString()) + 1 + width(word) > width) {
        lines.add(line.toString());
        line.setLength(0);
        isFirst = true;
      }
      line.append(isFirst ? "" : " ").append(word);
      isFirst = false;
    }
    lines.add(line.toString());
    return lines;
  }

  /** Returns where to divide a word: after punctuation in the second half of the line, if any. */
  private static int end(String word, int width) {
    int end = word.offsetByCodePoints(0, width);
    for (int i = end; i > end / 2; i--) {
      if ("/.,:;-_".indexOf(word.charAt(i - 1)) >= 0) {
        return i;
      }
    }
    return end;
  }
}
