package dev.sluice.receiver.payload;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Parser that reads selected fields of a JSON object in one pass and stores nothing else. It
 * validates the whole document: strict UTF-8 without byte order mark, a single document, bounded
 * nesting, numbers and strings. Names must be unique in every object that fields are read from;
 * duplicates in other objects are harmless. Texts that are only shown to people are left out if
 * they are too long, too many or no texts.
 */
final class StrictJson {

  private static final int MAX_NESTING = 200;
  private static final int MAX_NUMBER = 1_000;
  private static final int MAX_TEXT = 64 * 1024;
  private static final int MAX_NAME = 1024;
  private static final int MAX_ELEMENTS = 10_000;
  private static final int MAX_MEMBERS = 10_000;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  // names are cached across bodies, which saves half of the work: at most a
  // few thousand short ones (the factory drops them beyond that), and names crafted to
  // collide are refused; they are never interned, since senders choose them
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxNumberLength(MAX_NUMBER)
                  .maxStringLength(MAX_TEXT)
                  .maxNameLength(MAX_NAME)
                  .build())
          .build();

  private final byte[] document;
  private final JsonParser parser;

  private StrictJson(byte[] document, JsonParser parser) {
    this.document = document;
    this.parser = parser;
  }

  /**
   * Reads a document.
   *
   * @throws MalformedPayloadException if it is not a single, strict JSON object
   */
  static JsonFields read(byte[] document, JsonShape shape) throws MalformedPayloadException {
    checkEncoding(document);
    try (JsonParser parser = FACTORY.createParser(document)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedPayloadException("the body is not a JSON object");
      }
      Map<String, Object> values = new HashMap<>();
      new StrictJson(document, parser).object(shape, false, values);
      if (parser.nextToken() != null) {
        throw new MalformedPayloadException("something follows the JSON object");
      }
      return new JsonFields(values);
    } catch (JacksonException e) {
      throw new MalformedPayloadException(
          "the body is not strict JSON within limits" + at(e.getLocation()), e);
    } catch (IOException e) {
      throw new MalformedPayloadException("the body cannot be read", e);
    }
  }

  private void object(JsonShape shape, boolean shown, Map<String, Object> values)
      throws IOException, MalformedPayloadException {
    Set<String> names = new HashSet<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_OBJECT;
        token = parser.nextToken()) {
      if (!shown && !names.add(parser.currentName())) {
        throw new MalformedPayloadException(
            "an object has two members of one name" + at(parser.currentLocation()));
      }
      if (names.size() > MAX_MEMBERS) {
        throw new MalformedPayloadException(
            "an object has more than %d members".formatted(MAX_MEMBERS));
      }
      JsonShape.Node node = shape.child(parser.currentName());
      JsonToken value = parser.nextToken();
      if (node == null) {
        parser.skipChildren();
      } else if (node.list() && value == JsonToken.START_ARRAY) {
        values.put(node.field(), elements(node));
      } else if (!node.list() && !node.leaf() && value == JsonToken.START_OBJECT) {
        object(node.inner(), node.shown(), values);
      } else if (node.shown()) {
        shownText(value).ifPresent(text -> values.put(node.field(), text));
      } else {
        values.put(node.field(), value(node.field(), value));
      }
    }
  }

  /** Returns a text for people, or empty if it is no text or longer than the longest one. */
  private Optional<String> shownText(JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING && endsWithinLimit()) {
      return Optional.of(parser.getText());
    }
    parser.skipChildren();
    return Optional.empty();
  }

  /** Returns whether the string that begins at the parser's token can be read as a text. */
  private boolean endsWithinLimit() {
    int start = (int) parser.currentTokenLocation().getByteOffset() + 1;
    int end = Math.min(document.length, start + MAX_TEXT);
    for (int i = start; i < end; i++) {
      if (document[i] == '"') {
        return true;
      }
      if (document[i] == '\\') {
        i++;
      }
    }
    return false;
  }

  private List<JsonFields> elements(JsonShape.Node node)
      throws IOException, MalformedPayloadException {
    List<JsonFields> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (node.shown() && (token != JsonToken.START_OBJECT || elements.size() == MAX_ELEMENTS)) {
        parser.skipChildren();
        continue;
      }
      if (token != JsonToken.START_OBJECT) {
        throw new MalformedPayloadException(node.field() + " holds something else than objects");
      }
      if (elements.size() == MAX_ELEMENTS) {
        throw new MalformedPayloadException(
            "%s holds more than %d elements".formatted(node.field(), MAX_ELEMENTS));
      }
      Map<String, Object> values = new HashMap<>();
      object(node.inner(), node.shown(), values);
      elements.add(new JsonFields(values));
    }
    return elements;
  }

  private Object value(String field, JsonToken token)
      throws IOException, MalformedPayloadException {
    return switch (token) {
      case VALUE_NULL -> JsonFields.NULL;
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_STRING -> wellFormed(field, parser.getText());
      default -> {
        parser.skipChildren();
        yield token;
      }
    };
  }

  /** Returns the text, or throws if escapes spell a lone surrogate, which UTF-8 cannot encode. */
  private static String wellFormed(String field, String text) throws MalformedPayloadException {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          throw new MalformedPayloadException(field + " holds a lone surrogate");
        }
        i++;
      }
    }
    return text;
  }

  private static void checkEncoding(byte[] document) throws MalformedPayloadException {
    if (startsWith(document, BYTE_ORDER_MARK)) {
      throw new MalformedPayloadException("the body begins with a byte order mark");
    }
    // the parser would detect leading zeros as UTF-16 or UTF-32
    for (int i = 0; i < Math.min(4, document.length); i++) {
      if (document[i] == 0) {
        throw new MalformedPayloadException("the body is not a JSON object");
      }
    }
    if (!StrictUtf8.isWellFormed(document)) {
      throw new MalformedPayloadException("the body is not valid UTF-8");
    }
  }

  private static boolean startsWith(byte[] document, byte[] prefix) {
    return document.length >= prefix.length
        && Arrays.equals(document, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static String at(JsonLocation location) {
    return location == null
        ? ""
        : ", line %d column %d".formatted(location.getLineNr(), location.getColumnNr());
  }
}
