package dev.sluice.contract.yaml;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Finds fields in a text that was parsed before and so is within the limits. Parsing it again is
 * cheaper than remembering the lines of all valid fields.
 */
public final class FieldLines {

  /** A field's name, or the element itself if it is one of a list, and its value. */
  private record Found(Event name, Event value) {}

  private final YamlEvents events;

  private FieldLines(YamlEvents events) {
    this.events = events;
  }

  /**
   * Returns the line, counted from 1, of a field.
   *
   * @param document counted from 1, including empty ones
   * @return empty if it is unknown: in JSON that is not YAML, or for merged or aliased content
   */
  public static Optional<Integer> find(String text, int document, JsonPointer field) {
    return found(text, document, field).map(Found::name).map(YamlEvents::line);
  }

  /**
   * Returns the place, such as {@code 12:7}, of a place within the text of a field.
   *
   * @param line of the field's text, counted from 1
   * @param column in that line, counted from 1
   * @return the line, and the column if the text is written in one line; empty if it is unknown
   */
  public static Optional<String> within(
      String text, int document, JsonPointer field, int line, int column) {
    return found(text, document, field)
        .map(Found::value)
        .flatMap(
            value -> value instanceof ScalarEvent scalar ? Optional.of(scalar) : Optional.empty())
        .flatMap(scalar -> within(scalar, line, column));
  }

  private static Optional<String> within(ScalarEvent scalar, int line, int column) {
    Mark start = scalar.getStartMark().orElseThrow();
    int first = start.getLine() + 1;
    boolean isBlock = scalar.isLiteral() || scalar.isFolded();
    if (isBlock) {
      return Optional.of(String.valueOf(first + (scalar.isLiteral() ? line : 1)));
    }
    boolean isOneLine = scalar.getEndMark().orElseThrow().getLine() == start.getLine();
    int quote = scalar.isPlain() ? 0 : 1;
    return Optional.of(
        isOneLine
            ? "%d:%d".formatted(first, start.getColumn() + quote + column)
            : String.valueOf(first));
  }

  private static Optional<Found> found(String text, int document, JsonPointer field) {
    try {
      return new FieldLines(new YamlEvents(text)).find(document, field);
    } catch (YamlException e) {
      return Optional.empty();
    }
  }

  private Optional<Found> find(int document, JsonPointer field) {
    int index = 0;
    while (events.hasNext()) {
      if (events.next().getEventId() == Event.ID.DocumentStart) {
        index++;
        if (index == document) {
          return below(events.next(), field);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Found> below(Event value, JsonPointer left) {
    return switch (value) {
      case MappingStartEvent _ -> inMapping(left);
      case SequenceStartEvent _ -> inSequence(left);
      default -> Optional.empty();
    };
  }

  private Optional<Found> inMapping(JsonPointer left) {
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      boolean found =
          key instanceof ScalarEvent name && name.getValue().equals(left.getMatchingProperty());
      skip(key);
      Event value = events.next();
      if (found && left.tail().matches()) {
        return Optional.of(new Found(key, value));
      }
      if (found) {
        return below(value, left.tail());
      }
      skip(value);
    }
    return Optional.empty();
  }

  private Optional<Found> inSequence(JsonPointer left) {
    int index = 0;
    for (Event element = events.next();
        element.getEventId() != Event.ID.SequenceEnd;
        element = events.next()) {
      if (index == left.getMatchingIndex()) {
        return left.tail().matches()
            ? Optional.of(new Found(element, element))
            : below(element, left.tail());
      }
      skip(element);
      index++;
    }
    return Optional.empty();
  }

  private void skip(Event first) {
    int depth = change(first);
    while (depth > 0) {
      depth += change(events.next());
    }
  }

  private static int change(Event event) {
    return switch (event.getEventId()) {
      case MappingStart, SequenceStart -> 1;
      case MappingEnd, SequenceEnd -> -1;
      default -> 0;
    };
  }
}
