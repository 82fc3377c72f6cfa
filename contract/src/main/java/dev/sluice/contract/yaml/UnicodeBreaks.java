package dev.sluice.contract.yaml;

import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/**
 * The line breaks that YAML 1.1 has and YAML 1.2 has not: next line (U+0085), line separator
 * (U+2028) and paragraph separator (U+2029).
 *
 * <p>Kubernetes' tools read and write YAML 1.1: kustomize breaks a literal block at a separator and
 * indents the rest. The parser library implements YAML 1.2, without the escapes {@code \L} and
 * {@code \P} of the separators. A next line is read as a line feed, so one replaces the other. A
 * separator is content, too: YAML 1.1 folds and chomps it less than other breaks (section 5.4). So
 * the separators and their escapes are replaced by marks, which each scalar's style resolves.
 */
final class UnicodeBreaks {

  private static final char NEXT_LINE = '\u0085';
  private static final Pattern TO_MARK = Pattern.compile("[\u2028\u2029]|\\\\[LP]");
  private static final Pattern MARK =
      Pattern.compile(
          "[\\x{1FFFE}\\x{1FFFF}\\x{2FFFE}\\x{2FFFF}]"
              + "|(?i:\\\\U000[12]fff[ef]|\\\\ud8[37]f\\\\udff[ef])");

  private final boolean marked;
  private final String text;

  /** A separator with its marks: noncharacters, which are in no text. */
  private enum Separator {
    LINE("\u2028", "L", "\ud83f\udffe", "\ud87f\udffe"),
    PARAGRAPH("\u2029", "P", "\ud83f\udfff", "\ud87f\udfff");

    private final String character;
    private final String escape;
    private final String mark;
    private final String escapeMark;
    private final Pattern escapes;
    private final Pattern folded;

    Separator(String character, String letter, String mark, String escapeMark) {
      this.character = character;
      this.escape = "\\" + letter;
      this.mark = mark;
      this.escapeMark = escapeMark;
      this.escapes = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*+)\\\\" + letter);
      // starts only where spaces start, or where the last match ended: otherwise the time would be
      // quadratic in the number of spaces
      this.folded = Pattern.compile("(?:(?<![ \t])|\\G)[ \t]*+%s ?".formatted(mark));
    }

    String mark(String text) {
      return escapes
          .matcher(text.replace(character, mark + "\n"))
          .replaceAll(match -> match.group(1).replace("\\", "\\\\") + escapeMark);
    }

    boolean endsLine(String value) {
      return value.startsWith(mark) || value.endsWith(mark);
    }

    String restore(ScalarEvent scalar, String value) {
      String separated =
          scalar.isLiteral()
              ? value.replace(mark + "\n", character).replace(mark, "")
              : folded.matcher(value).replaceAll(character);
      return separated.replace(escapeMark, scalar.isDQuoted() ? character : escape);
    }
  }

  /**
   * Prepares a text for the parser.
   *
   * @throws YamlException if it has both separators and marks
   */
  UnicodeBreaks(String text) {
    String lines = text.replace(NEXT_LINE, '\n');
    this.marked = TO_MARK.matcher(lines).find();
    if (!marked) {
      this.text = lines;
      return;
    }
    if (MARK.matcher(lines).find()) {
      throw YamlException.invalid("it has line separators and the noncharacters of their marks");
    }
    for (Separator separator : Separator.values()) {
      lines = separator.mark(lines);
    }
    this.text = lines;
  }

  /** Returns the text for the parser. */
  String text() {
    return text;
  }

  /** Returns how many characters a code point of the text for the parser is in the original. */
  int length(int codePoint) {
    return marked && (codePoint == 0x1FFFE || codePoint == 0x1FFFF)
        ? 0
        : Character.charCount(codePoint);
  }

  /**
   * Returns the value of a scalar.
   *
   * @throws YamlException where folding depends on the lines around a separator
   */
  String value(ScalarEvent scalar) {
    String value = scalar.getValue();
    if (!marked || !MARK.matcher(value).find()) {
      return value;
    }
    for (Separator separator : Separator.values()) {
      boolean uncertain =
          scalar.isFolded()
              ? value.contains(separator.mark)
              : scalar.isPlain() && separator.endsLine(value);
      if (uncertain) {
        throw YamlException.invalid(
            scalar,
            "a line separator (U+2028 or U+2029) ends a line here: write %s in double quotes"
                .formatted(separator.escape));
      }
      value = separator.restore(scalar, value);
    }
    return value;
  }
}
