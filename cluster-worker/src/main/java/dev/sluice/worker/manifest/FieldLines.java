package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import dev.sluice.contract.yaml.YamlEvents;
import dev.sluice.contract.yaml.YamlException;
import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/**
 * Finds the line of a field in a text that was parsed before and so is within the limits. Parsing
 * it again is cheaper than remembering the lines of all valid fields.
 */
final class FieldLines {

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
  static Optional<Integer> find(String text, int document, JsonPointer field) {
    try {
      return new FieldLines(new YamlEvents(text)).find(document, field);
    } catch (YamlException e) {
      return Optional.empty();
    }
  }

  private Optional<Integer> find(int document, JsonPointer field) {
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

  private Optional<Integer> below(Event value, JsonPointer left) {
    return switch (value) {
      case MappingStartEvent _ -> inMapping(left);
      case SequenceStartEvent _ -> inSequence(left);
      default -> Optional.empty();
    };
  }

  private Optional<Integer> inMapping(JsonPointer left) {
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      boolean found =
          key instanceof ScalarEvent name && name.getValue().equals(left.getMatchingProperty());
      if (found && left.tail().matches()) {
        return Optional.of(YamlEvents.line(key));
      }
      skip(key);
      Event value = events.next();
      if (found) {
        return below(value, left.tail());
      }
      skip(value);
    }
    return Optional.empty();
  }

  private Optional<Integer> inSequence(JsonPointer left) {
    int index = 0;
    for (Event element = events.next();
        element.getEventId() != Event.ID.SequenceEnd;
        element = events.next()) {
      if (index == left.getMatchingIndex()) {
        return left.tail().matches()
            ? Optional.of(YamlEvents.line(element))
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
