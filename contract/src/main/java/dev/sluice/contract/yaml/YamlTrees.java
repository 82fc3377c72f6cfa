package dev.sluice.contract.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/**
 * Builds JSON trees from a text's events, one for each document.
 *
 * <p>The library's composer is not used, because it limits neither the depth nor the expansion of
 * aliases. A value that several aliases refer to is one node in several places of the tree, so the
 * trees must not be modified; an {@link Allowance} is charged for each place.
 */
public final class YamlTrees {

  private static final String STANDARD = "tag:yaml.org,2002:";

  private final YamlEvents events;
  private final Function<String, JsonNode> plain;
  private final Allowance allowance;
  private final Map<Anchor, Anchored> anchors = new HashMap<>();
  private int deepest;
  private int index;

  /**
   * One document.
   *
   * @param content a null node if the document is empty
   * @param index the document's number, counted from 1
   * @param line the first line, counted from 1
   */
  public record Document(JsonNode content, int index, int line) {}

  /**
   * A value that aliases may refer to.
   *
   * @param height the number of levels below it
   */
  private record Anchored(JsonNode node, long bytes, long values, int height) {}

  /**
   * Prepares to read a text.
   *
   * @param plain converts a scalar without quotes and tag; throws IllegalArgumentException, with
   *     the reason, if it is not accepted
   * @throws YamlException if a line is too long
   */
  public YamlTrees(String text, Function<String, JsonNode> plain, Allowance allowance) {
    this.events = new YamlEvents(text);
    this.plain = plain;
    this.allowance = allowance;
  }

  /**
   * Returns the next document, empty at the end of the text.
   *
   * @throws YamlException if it is not YAML or exceeds the allowance
   */
  public Optional<Document> next() {
    while (events.hasNext()) {
      if (events.next().getEventId() == Event.ID.DocumentStart) {
        index++;
        anchors.clear();
        Event first = events.next();
        return Optional.of(new Document(node(first, 0), index, YamlEvents.line(first)));
      }
    }
    return Optional.empty();
  }

  private JsonNode node(Event event, int depth) {
    deepest = Math.max(deepest, depth);
    return switch (event) {
      case AliasEvent alias -> aliased(alias, depth);
      case NodeEvent value when value.getAnchor().isPresent() ->
          anchored(value, value.getAnchor().get(), depth);
      case NodeEvent value -> value(value, depth);
      default -> throw YamlException.invalid(YamlEvents.line(event), "a value was expected");
    };
  }

  private JsonNode value(NodeEvent event, int depth) {
    return switch (event) {
      case ScalarEvent scalar -> scalar(scalar);
      case SequenceStartEvent sequence -> sequence(sequence, depth);
      case MappingStartEvent mapping -> mapping(mapping, depth);
      default -> throw YamlException.invalid(YamlEvents.line(event), "a value was expected");
    };
  }

  private JsonNode anchored(NodeEvent event, Anchor anchor, int depth) {
    int outside = deepest;
    long bytes = allowance.bytesLeft();
    long values = allowance.valuesLeft();
    deepest = depth;
    JsonNode node = value(event, depth);
    anchors.put(
        anchor,
        new Anchored(
            node, bytes - allowance.bytesLeft(), values - allowance.valuesLeft(), deepest - depth));
    deepest = Math.max(outside, deepest);
    return node;
  }

  private JsonNode aliased(AliasEvent alias, int depth) {
    Anchored anchored = anchors.get(alias.getAlias());
    int line = YamlEvents.line(alias);
    if (anchored == null) {
      throw YamlException.invalid(line, "an alias names an anchor that is not complete above it");
    }
    deepest = Math.max(deepest, depth + anchored.height());
    if (deepest > YamlEvents.MAX_DEPTH) {
      throw YamlException.tooLarge(line, "its aliases nest it deeper than " + YamlEvents.MAX_DEPTH);
    }
    allowance.take(anchored.bytes(), anchored.values(), line);
    return anchored.node();
  }

  private ArrayNode sequence(Event start, int depth) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    allowance.take(JsonSize.ofContainer(), 1, YamlEvents.line(start));
    for (Event next = events.next();
        next.getEventId() != Event.ID.SequenceEnd;
        next = events.next()) {
      allowance.take(JsonSize.ofElement(), 0, YamlEvents.line(next));
      array.add(node(next, depth + 1));
    }
    return array;
  }

  private ObjectNode mapping(Event start, int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    List<JsonNode> merged = new ArrayList<>();
    allowance.take(JsonSize.ofContainer(), 1, YamlEvents.line(start));
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      if (key instanceof ScalarEvent scalar && scalar.isPlain() && scalar.getValue().equals("<<")) {
        mergeSources(node(events.next(), depth + 1), merged, key);
        continue;
      }
      String name = key(node(key, depth + 1), key);
      JsonNode value = node(events.next(), depth + 1);
      if (object.has(name)) {
        throw YamlException.invalid(YamlEvents.line(key), "a key is there twice in one mapping");
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
      throw YamlException.invalid(YamlEvents.line(key), "'<<' merges mappings only");
    }
    merged.addAll(sources);
  }

  private String key(JsonNode node, Event event) {
    if (!node.isValueNode() || node.isNull()) {
      throw YamlException.invalid(
          YamlEvents.line(event), "a key is neither text nor number nor boolean");
    }
    String name = node.asText();
    allowance.take(JsonSize.ofEntry(name) - JsonSize.of(node), 0, YamlEvents.line(event));
    return name;
  }

  private JsonNode scalar(ScalarEvent event) {
    JsonNode node;
    try {
      node = resolved(event);
    } catch (IllegalArgumentException e) {
      throw new YamlException(
          YamlException.Reason.INVALID, YamlEvents.line(event), String.valueOf(e.getMessage()), e);
    }
    allowance.take(JsonSize.of(node), 1, YamlEvents.line(event));
    return node;
  }

  private JsonNode resolved(ScalarEvent event) {
    String value = event.getValue();
    Optional<String> tag = event.getTag();
    if (tag.isEmpty()) {
      return event.isPlain() ? plain.apply(value) : TextNode.valueOf(value);
    }
    String name = tag.get();
    if (name.equals("!") || name.equals(STANDARD + "str")) {
      return TextNode.valueOf(value);
    }
    if (name.startsWith(STANDARD)) {
      JsonNode resolved = plain.apply(value);
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
    throw new IllegalArgumentException("it has a tag that does not fit or means nothing here");
  }
}
