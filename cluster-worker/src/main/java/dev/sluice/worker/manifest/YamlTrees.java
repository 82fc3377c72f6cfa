package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/**
 * Builds JSON trees from the parser's events, one text each.
 *
 * <p>From events and not through the library's composer, because that has no limit of depth and
 * none of what aliases expand to. Here a text may grow by aliases to three times its length and a
 * few megabytes, no further.
 */
final class YamlTrees {

  private static final int MAX_DEPTH = 100;
  private static final long FREE_GROWTH = 4L << 20;
  private static final String STANDARD = "tag:yaml.org,2002:";

  private final Iterator<Event> events;
  private final Map<Anchor, JsonNode> anchors = new HashMap<>();
  private final String source;
  private long growthLeft;

  YamlTrees(String text, String source) {
    this.source = source;
    LoadSettings settings =
        LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).setUseMarks(true).build();
    this.events = new Parse(settings).parseString(text).iterator();
    this.growthLeft = FREE_GROWTH + 2L * text.length();
  }

  List<YamlDocument> read() throws ManifestException {
    List<YamlDocument> documents = new ArrayList<>();
    int index = 0;
    while (events.hasNext()) {
      Event event = events.next();
      if (event.getEventId() == Event.ID.DocumentStart) {
        index++;
        if (index > YamlDocument.MAX_DOCUMENTS) {
          throw YamlDocument.tooMany(source);
        }
        anchors.clear();
        Event first = events.next();
        JsonNode content = node(first, 0);
        if (!content.isNull()) {
          documents.add(new YamlDocument(content, index, line(first)));
        }
      }
    }
    return documents;
  }

  private JsonNode node(Event event, int depth) {
    if (depth > MAX_DEPTH) {
      throw new RefusedException(line(event), "it is nested deeper than " + MAX_DEPTH);
    }
    return switch (event) {
      case AliasEvent alias -> expanded(alias, depth);
      case ScalarEvent scalar -> anchored(scalar, scalar(scalar));
      case SequenceStartEvent sequence -> anchored(sequence, sequence(depth));
      case MappingStartEvent mapping -> anchored(mapping, mapping(depth));
      default -> throw new RefusedException(line(event), "a value was expected");
    };
  }

  private JsonNode anchored(NodeEvent event, JsonNode node) {
    event.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
    return node;
  }

  private JsonNode expanded(AliasEvent alias, int depth) {
    JsonNode node = anchors.get(alias.getAlias());
    if (node == null) {
      throw new RefusedException(
          line(alias), "an alias names an anchor that is not complete above it");
    }
    grow(node, depth, alias);
    return node;
  }

  private void grow(JsonNode node, int depth, AliasEvent alias) {
    growthLeft -= 1 + (node.isTextual() ? node.textValue().length() : 0);
    node.propertyStream().forEach(entry -> growthLeft -= entry.getKey().length());
    if (growthLeft < 0 || depth > MAX_DEPTH) {
      throw new RefusedException(line(alias), "its aliases expand to too much");
    }
    node.forEach(child -> grow(child, depth + 1, alias));
  }

  private ArrayNode sequence(int depth) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Event next = events.next();
        next.getEventId() != Event.ID.SequenceEnd;
        next = events.next()) {
      array.add(node(next, depth + 1));
    }
    return array;
  }

  private ObjectNode mapping(int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    List<JsonNode> merged = new ArrayList<>();
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      if (key instanceof ScalarEvent scalar && scalar.isPlain() && scalar.getValue().equals("<<")) {
        mergeSources(node(events.next(), depth + 1), merged, key);
        continue;
      }
      String name = key(node(key, depth + 1), key);
      JsonNode value = node(events.next(), depth + 1);
      if (object.has(name)) {
        throw new RefusedException(line(key), "a key is there twice in one mapping");
      }
      object.set(name, value);
    }
    for (JsonNode source : merged) {
      source.properties().forEach(e -> object.putIfAbsent(e.getKey(), e.getValue()));
    }
    return object;
  }

  private static void mergeSources(JsonNode value, List<JsonNode> merged, Event key) {
    List<JsonNode> sources = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(sources::add);
    } else {
      sources.add(value);
    }
    if (!sources.stream().allMatch(JsonNode::isObject)) {
      throw new RefusedException(line(key), "'<<' merges mappings only");
    }
    merged.addAll(sources);
  }

  private static String key(JsonNode node, Event event) {
    if (!node.isValueNode() || node.isNull()) {
      throw new RefusedException(line(event), "a key is neither text nor number nor boolean");
    }
    return node.asText();
  }

  private static JsonNode scalar(ScalarEvent event) {
    String value = event.getValue();
    Optional<String> tag = event.getTag();
    try {
      if (tag.isEmpty()) {
        return event.isPlain() ? GoScalars.resolve(value) : TextNode.valueOf(value);
      }
      String name = tag.get();
      if (name.equals("!") || name.equals(STANDARD + "str")) {
        return TextNode.valueOf(value);
      }
      if (name.startsWith(STANDARD)) {
        JsonNode resolved = GoScalars.resolve(value);
        boolean fits =
            switch (name.substring(STANDARD.length())) {
              case "int" -> resolved.isIntegralNumber();
              case "float" -> resolved.isNumber();
              case "bool" -> resolved.isBoolean();
              case "null" -> resolved.isNull();
              default -> false;
            };
        if (fits) {
          return resolved;
        }
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedException(line(event), String.valueOf(e.getMessage()), e);
    }
    throw new RefusedException(line(event), "it has a tag that does not fit or means nothing here");
  }

  private static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  /** What was read is YAML, and still not taken. */
  static final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int line;

    RefusedException(int line, String message) {
      super(message);
      this.line = line;
    }

    RefusedException(int line, String message, Throwable cause) {
      super(message, cause);
      this.line = line;
    }

    int line() {
      return line;
    }
  }
}
