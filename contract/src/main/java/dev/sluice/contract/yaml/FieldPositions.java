package dev.sluice.contract.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/**
 * The positions of all fields of a text that was parsed before and so is within the limits. {@link
 * FieldLines} finds a single field with less memory.
 */
public final class FieldPositions {

  /** A step of a path: an index in brackets, or a name up to the next step. */
  private static final Pattern STEP = Pattern.compile("\\G(?:\\[(\\d{1,9})]|([^.\\[]+))\\.?");

  private final YamlEvents events;
  private final Map<Anchor, Node> anchors = new HashMap<>();
  private final List<Node> documents = new ArrayList<>();

  /**
   * A position in a text.
   *
   * @param line counted from 1
   * @param column in code points, counted from 1
   */
  public record Position(int line, int column) {

    private static Position of(Event event) {
      return new Position(YamlEvents.line(event), YamlEvents.column(event));
    }
  }

  /** A value with the position of its name, or its own position in a list. */
  private record Node(Position position, Map<String, Node> fields, List<Node> items) {

    Node at(Position place) {
      return new Node(place, fields, items);
    }

    Optional<Node> item(int index) {
      return index < items.size() ? Optional.of(items.get(index)) : Optional.empty();
    }
  }

  private FieldPositions(String text) {
    this.events = new YamlEvents(text);
  }

  /**
   * Returns the positions of the fields of a text.
   *
   * @throws YamlException if the text is not YAML
   */
  public static FieldPositions of(String text) {
    FieldPositions positions = new FieldPositions(text);
    positions.read();
    return positions;
  }

  /**
   * Returns the position of a field: of its name, or of the element itself in a list. A field that
   * does not exist has the position of its nearest parent that does. Merged fields have the
   * position where they are written, and so have fields below an alias.
   *
   * @param document counted from 1, including empty ones
   * @param path such as {@code spec.sources[0].path}; empty for the document
   */
  public Position find(int document, String path) {
    Node found = documents.get(document - 1);
    Matcher step = STEP.matcher(path);
    int start = 0;
    while (start < path.length()) {
      Node whole = found.fields().get(path.substring(start)); // the name may have dots
      if (whole != null) {
        return whole.position();
      }
      Optional<Node> next = step.find() ? next(found, step) : Optional.empty();
      if (next.isEmpty()) {
        return found.position();
      }
      found = next.get();
      start = step.end();
    }
    return found.position();
  }

  private static Optional<Node> next(Node node, Matcher step) {
    return step.group(1) == null
        ? Optional.ofNullable(node.fields().get(step.group(2)))
        : node.item(Integer.parseInt(step.group(1)));
  }

  private void read() {
    while (events.hasNext()) {
      if (events.next().getEventId() == Event.ID.DocumentStart) {
        anchors.clear();
        documents.add(node(events.next()));
      }
    }
  }

  private Node node(Event event) {
    Position position = Position.of(event);
    if (event instanceof AliasEvent alias) {
      Node anchored = anchors.get(alias.getAlias());
      return anchored == null ? leaf(position) : anchored.at(position);
    }
    Node node =
        switch (event) {
          case MappingStartEvent _ -> new Node(position, fields(), List.of());
          case SequenceStartEvent _ -> new Node(position, Map.of(), items());
          default -> leaf(position);
        };
    if (event instanceof NodeEvent named) {
      named.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
    }
    return node;
  }

  private static Node leaf(Position position) {
    return new Node(position, Map.of(), List.of());
  }

  private Map<String, Node> fields() {
    Map<String, Node> fields = new HashMap<>();
    List<Node> merged = new ArrayList<>();
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      Position position = node(key).position();
      Node value = node(events.next());
      if (key instanceof ScalarEvent scalar) {
        if (scalar.isPlain() && scalar.getValue().equals("<<")) {
          merged.add(value);
          merged.addAll(value.items());
        } else {
          fields.put(scalar.getValue(), value.at(position));
        }
      }
    }
    merged.forEach(source -> source.fields().forEach(fields::putIfAbsent));
    return fields;
  }

  private List<Node> items() {
    List<Node> items = new ArrayList<>();
    for (Event item = events.next();
        item.getEventId() != Event.ID.SequenceEnd;
        item = events.next()) {
      items.add(node(item));
    }
    return items;
  }
}
