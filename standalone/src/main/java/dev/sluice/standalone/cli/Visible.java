package dev.sluice.standalone.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.pattern.CompositeConverter;
import dev.sluice.platform.process.OutsideFailures;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Escapes of foreign text for a terminal or a log. Characters that would move the cursor, colour
 * the screen, end the line or reorder the text (C0 and C1 controls, DEL, separators, bidirectional
 * and invisible formatting, lone surrogates) are shown as escape sequences.
 */
public final class Visible {

  private Visible() {}

  /** Returns the text on one line. */
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

  /** Returns lines that quote foreign text; lines after the first are indented, forged ones too. */
  public static String block(String text) {
    return text.lines()
        .map(one -> line(one.replace("\t", "  ")))
        .reduce((first, next) -> first + "\n  " + next)
        .orElse("");
  }

  /** Returns JSON or quoted YAML, where such characters occur only in strings. */
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

  /**
   * Log converter that keeps a message and its key-values on one line, with the cause if it is
   * external.
   */
  public static final class Message extends CompositeConverter<ILoggingEvent> {

    @Override
    protected String transform(ILoggingEvent event, String text) {
      return line(
          outsideCause(event)
              .map(
                  cause ->
                      "%s (%s)".formatted(text.stripTrailing(), OutsideFailures.describe(cause)))
              .orElse(text));
    }
  }

  /**
   * Log converter that indents the lines of an exception, so that none looks like a log line. An
   * exception with an external cause has none: where it happened in the code helps nobody.
   */
  public static final class Trace extends CompositeConverter<ILoggingEvent> {

    @Override
    protected String transform(ILoggingEvent event, String text) {
      return text.isEmpty() || outsideCause(event).isPresent()
          ? ""
          : "  " + Visible.block(text) + System.lineSeparator();
    }
  }

  private static Optional<Throwable> outsideCause(ILoggingEvent event) {
    return event.getThrowableProxy() instanceof ThrowableProxy known
        ? Optional.of(known.getThrowable()).filter(OutsideFailures::isOutside)
        : Optional.empty();
  }
}
