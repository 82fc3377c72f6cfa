package dev.sluice.contract.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
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

  private static final Pattern SURROGATE = Pattern.compile("\\p{Cs}");

  private final YamlEvents events;
  private final PlainScalars plain;
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
   * @throws YamlException if a line is too long
   */
  public YamlTrees(String text, PlainScalars plain, Allowance allowance) {
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
      default -> throw YamlException.invalid(event, "a value was expected");
    };
  }

  private JsonNode value(NodeEvent event, int depth) {
    return switch (event) {
      case ScalarEvent scalar -> scalar(scalar);
      case SequenceStartEvent sequence -> sequence(sequence, depth);
      case MappingStartEvent mapping -> mapping(mapping, depth);
      default -> throw YamlException.invalid(event, "a value was expected");
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
      throw YamlException.invalid(alias, "an alias names an anchor that is not complete above it");
    }
    deepest = Math.max(deepest, depth + anchored.height());
    if (deepest > YamlEvents.MAX_DEPTH) {
      throw YamlException.tooLarge(
          alias, "its aliases nest it deeper than " + YamlEvents.MAX_DEPTH);
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
      String name = key(key, depth + 1);
      JsonNode value = node(events.next(), depth + 1);
      if (object.has(name)) {
        throw YamlException.invalid(key, "a key is there twice in one mapping");
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
      throw YamlException.invalid(key, "'<<' merges mappings only");
    }
    merged.addAll(sources);
  }

  private String key(Event event, int depth) {
    int line = YamlEvents.line(event);
    if (event instanceof ScalarEvent scalar
        && scalar.isPlain()
        && scalar.getTag().isEmpty()
        && scalar.getAnchor().isEmpty()) {
      String name = located(() -> plain.key(characters(scalar.getValue())), scalar);
      allowance.take(JsonSize.ofEntry(name), 1, line);
      return name;
    }
    JsonNode node = node(event, depth);
    if (!node.isValueNode() || node.isNull()) {
      throw YamlException.invalid(event, PlainScalars.NO_KEY);
    }
    String name = node.asText();
    allowance.take(JsonSize.ofEntry(name) - JsonSize.of(node), 0, line);
    return name;
  }

  private JsonNode scalar(ScalarEvent event) {
    int line = YamlEvents.line(event);
    JsonNode node = located(() -> resolved(event), event);
    allowance.take(JsonSize.of(node), 1, line);
    return node;
  }

  private static <T> T located(Supplier<T> conversion, Event at) {
    try {
      return conversion.get();
    } catch (IllegalArgumentException e) {
      throw YamlException.invalid(at, String.valueOf(e.getMessage()), e);
    }
  }

  private JsonNode resolved(ScalarEvent event) {
    String value = characters(event.getValue());
    Optional<String> tag = event.getTag();
    if (tag.isEmpty()) {
      return event.isPlain() ? plain.value(value) : TextNode.valueOf(value);
    }
    String name = tag.get();
    return switch (name) {
      case STANDARD + "int" -> fitting(plain.value(value), JsonNode::isIntegralNumber);
      case STANDARD + "float" -> fitting(plain.value(value), JsonNode::isNumber);
      case STANDARD + "bool" -> fitting(plain.value(value), JsonNode::isBoolean);
      case STANDARD + "null" -> fitting(plain.value(value), JsonNode::isNull);
      case STANDARD + "binary" -> TextNode.valueOf(decoded(value));
      case STANDARD + "str", STANDARD + "timestamp" -> TextNode.valueOf(value);
      default -> {
        if (name.startsWith(STANDARD)) {
          throw new IllegalArgumentException("a value has a tag that means nothing here");
        }
        yield TextNode.valueOf(value);
      }
    };
  }

  /** Refuses halves of surrogate pairs, which escapes may have and UTF-8 has not. */
  private static String characters(String text) {
    if (SURROGATE.matcher(text).find()) {
      throw new IllegalArgumentException("a text has half of a surrogate pair");
    }
    return text;
  }

  private static JsonNode fitting(JsonNode node, Predicate<JsonNode> type) {
    if (!type.test(node)) {
      throw new IllegalArgumentException("a value is not of the type of its tag");
    }
    return node;
  }

  /** Returns the text of a {@code !!binary} value; JSON has no other bytes. */
  private static String decoded(String base64) {
    byte[] bytes = Base64.getMimeDecoder().decode(base64);
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a value with the tag !!binary is not UTF-8 text", e);
    }
  }
}
