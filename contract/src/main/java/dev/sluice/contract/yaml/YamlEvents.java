package dev.sluice.contract.yaml;

import java.util.Iterator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The parser's events of one text, in time and memory linear in its length.
 *
 * <p>The parser library copies its whole look-ahead buffer with each portion that it reads, and a
 * scalar is buffered up to the end of its line: with the default portions of 1 KiB a line of 5 MB
 * costs 48 GB of copying. So the portions are as long as the longest line. Flow collections take
 * time quadratic in their depth, which is limited for this reason.
 */
public final class YamlEvents implements Iterator<Event> {

  /** The deepest nesting, far beyond that of any Kubernetes object. */
  public static final int MAX_DEPTH = 100;

  /** The longest line in characters: no value that an API server accepts is longer. */
  public static final int MAX_LINE = Allowance.MAX_OBJECT;

  private static final int SMALLEST_PORTION = 1 << 10;

  /** A byte order mark at the start of a document that is not the first. */
  private static final Pattern LATER_MARK =
      Pattern.compile("(?md)^(---[ \\t]*(?:#.*)?)(\r?\n)\uFEFF");

  private final UnicodeBreaks breaks;
  private final Iterator<Event> events;
  private int depth;
  private int flowDepth;
  private int codePoints;
  private int parsed;
  private int index;

  /**
   * Prepares to read a text.
   *
   * @throws YamlException if a line is longer than {@link #MAX_LINE}
   */
  public YamlEvents(String text) {
    breaks = new UnicodeBreaks(withoutLaterMarks(text));
    int longest = longestLine(breaks.text());
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(Integer.MAX_VALUE)
            .setUseMarks(true)
            .setBufferSize(Math.max(SMALLEST_PORTION, longest + 2))
            .build();
    this.events =
        guarded(
            () -> new Parse(settings).parseReader(new WholeCharacters(breaks.text())).iterator());
  }

  @Override
  public boolean hasNext() {
    return guarded(events::hasNext);
  }

  /** Returns the next event; throws {@link YamlException} if the text is not YAML. */
  @Override
  public Event next() {
    Event event = guarded(events::next);
    switch (event) {
      case CollectionStartEvent start -> {
        depth++;
        if (depth > MAX_DEPTH) {
          throw YamlException.tooLarge(event, "it is nested deeper than " + MAX_DEPTH);
        }
        flowDepth += flowDepth > 0 || start.isFlow() ? 1 : 0;
      }
      case CollectionEndEvent _ -> {
        depth--;
        flowDepth -= flowDepth > 0 ? 1 : 0;
      }
      case ScalarEvent scalar -> {
        return scalar(scalar);
      }
      default -> {}
    }
    return event;
  }

  private ScalarEvent scalar(ScalarEvent scalar) {
    if (flowDepth > 0 && scalar.isPlain() && isAmbiguous(scalar)) {
      throw YamlException.invalid(
          scalar,
          "YAML readers do not agree about a '?' or ':' here: put a space after it, or quote the"
              + " text");
    }
    String value = breaks.value(scalar);
    return value.equals(scalar.getValue())
        ? scalar
        : new ScalarEvent(
            scalar.getAnchor(),
            scalar.getTag(),
            scalar.getImplicit(),
            value,
            scalar.getScalarStyle(),
            scalar.getStartMark(),
            scalar.getEndMark());
  }

  /**
   * Returns whether YAML 1.1 divides a plain scalar of a flow collection elsewhere: {@code [?a]} is
   * a key there, and {@code [a:,b]} has no key.
   */
  private static boolean isAmbiguous(ScalarEvent scalar) {
    if (scalar.getValue().startsWith("?")) {
      return true;
    }
    Mark end = scalar.getEndMark().orElseThrow();
    int[] buffer = end.getBuffer();
    int next = end.getPointer() + 1;
    return next < buffer.length && buffer[next - 1] == ':' && ",[]{}".indexOf(buffer[next]) >= 0;
  }

  /** Moves each mark to the line before, as a space, so that indentations remain. */
  private static String withoutLaterMarks(String text) {
    return text.indexOf('\uFEFF', 1) < 0 ? text : LATER_MARK.matcher(text).replaceAll("$1 $2");
  }

  /** Returns the line of an event, counted from 1. */
  public static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  /** Returns the column of an event in code points, counted from 1. */
  public static int column(Event event) {
    return event.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0);
  }

  /**
   * Returns the index of a mark in the text. Marks count code points of the text that the parser
   * reads, so counting continues from the previous mark.
   */
  public int index(Mark mark) {
    while (codePoints < mark.getIndex()) {
      int codePoint = breaks.text().codePointAt(parsed);
      parsed += Character.charCount(codePoint);
      index += breaks.length(codePoint);
      codePoints++;
    }
    return index;
  }

  private static int longestLine(String text) {
    int longest = 0;
    int line = 1;
    int start = 0;
    while (start <= text.length()) {
      int end = text.indexOf('\n', start);
      int length = (end < 0 ? text.length() : end) - start;
      if (length > MAX_LINE) {
        throw YamlException.tooLarge(
            line,
            "the line is longer than %d MiB, which is more than an object may have"
                .formatted(MAX_LINE >> 20));
      }
      longest = Math.max(longest, length);
      start = end < 0 ? text.length() + 1 : end + 1;
      line++;
    }
    return longest;
  }

  private static <T> T guarded(Call<T> call) {
    try {
      return call.run();
    } catch (MarkedYamlEngineException e) {
      throw new YamlException(
          YamlException.Reason.INVALID,
          e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0),
          e.getProblemMark().map(mark -> mark.getColumn() + 1).orElse(0),
          shown(e.getProblem()),
          e);
    } catch (YamlEngineException e) {
      throw new YamlException(YamlException.Reason.INVALID, 0, 0, shown(e.getMessage()), e);
    } catch (RuntimeException e) {
      // bugs of the library, such as a NumberFormatException for a truncated escape
      throw new YamlException(YamlException.Reason.INVALID, 0, 0, "the parser fails at it", e);
    }
  }

  private static String shown(@Nullable String problem) {
    return problem == null ? "syntax error" : problem;
  }

  private interface Call<T> {
    T run();
  }
}
