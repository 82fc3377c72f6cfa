package dev.sluice.worker.render;

import dev.sluice.contract.yaml.YamlEvents;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/**
 * Replaces values in a YAML text and leaves every other character unchanged, so that any parser
 * reads the rest as before.
 */
final class ScalarEdits {

  private static final String PLAIN = "[A-Za-z0-9._+%@/=~-]+";

  private final String text;
  private final YamlEvents events;
  private final BiFunction<List<String>, String, Optional<String>> edit;
  private final StringBuilder edited = new StringBuilder();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private int copied;

  private ScalarEdits(String text, BiFunction<List<String>, String, Optional<String>> edit) {
    this.text = text;
    this.events = new YamlEvents(text);
    this.edit = edit;
  }

  /**
   * Returns the text with some values replaced.
   *
   * @param text YAML that can be parsed
   * @param edit receives the keys that lead to a value, from the outermost mapping on and without
   *     the places in lists, and the value; returns the replacement, which must need no quotes, if
   *     any
   */
  static String apply(String text, BiFunction<List<String>, String, Optional<String>> edit) {
    return new ScalarEdits(text, edit).run();
  }

  /** A mapping or sequence that is open. */
  private static final class Frame {
    final boolean isMapping;
    String key;
    boolean keyIsNext;

    Frame(boolean isMapping, String key) {
      this.isMapping = isMapping;
      this.key = key;
      this.keyIsNext = isMapping;
    }
  }

  private String run() {
    while (events.hasNext()) {
      Event event = events.next();
      switch (event) {
        case MappingStartEvent _ -> frames.push(new Frame(true, keyHere()));
        case SequenceStartEvent _ -> frames.push(new Frame(false, keyHere()));
        case ScalarEvent scalar -> scalar(scalar);
        default -> {
          switch (event.getEventId()) {
            case MappingEnd, SequenceEnd -> {
              frames.pop();
              valueEnded();
            }
            case Alias -> valueEnded();
            default -> {}
          }
        }
      }
    }
    return edited.append(text, copied, text.length()).toString();
  }

  private void scalar(ScalarEvent scalar) {
    Frame frame = frames.peek();
    if (frame != null && frame.isMapping && frame.keyIsNext) {
      frame.key = scalar.getValue();
      frame.keyIsNext = false;
      return;
    }
    edit.apply(keys(), scalar.getValue())
        .filter(replacement -> replacement.matches(PLAIN))
        .ifPresent(replacement -> exchange(scalar, replacement));
    valueEnded();
  }

  private void exchange(ScalarEvent scalar, String replacement) {
    int start = events.index(scalar.getStartMark().orElseThrow());
    int end = events.index(scalar.getEndMark().orElseThrow());
    int at = text.substring(start, end).lastIndexOf(scalar.getValue());
    if (at >= 0) {
      edited.append(text, copied, start + at).append(replacement);
      copied = start + at + scalar.getValue().length();
    }
  }

  private List<String> keys() {
    return frames.reversed().stream()
        .filter(frame -> frame.isMapping)
        .map(frame -> frame.key)
        .toList();
  }

  private String keyHere() {
    Frame frame = frames.peek();
    return frame == null ? "" : frame.key;
  }

  private void valueEnded() {
    Frame frame = frames.peek();
    if (frame != null && frame.isMapping) {
      frame.keyIsNext = !frame.keyIsNext;
    }
  }
}
