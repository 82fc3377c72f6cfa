package dev.sluice.receiver.payload;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A few fields of a JSON object, found in one pass that keeps nothing else. The whole document is
 * checked all the same: strict UTF-8 without byte order mark, no duplicate names, no second
 * document, bounded nesting, numbers and strings.
 */
final class JsonFields {

  private static final int MAX_NESTING = 200;
  private static final int MAX_NUMBER = 1_000;
  private static final int MAX_TEXT = 64 * 1024;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  // names are neither interned nor kept across bodies: an attacker chooses them
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxNumberLength(MAX_NUMBER)
                  .maxStringLength(MAX_TEXT)
                  .build())
          .build();

  private final Map<String, Object> values;

  private JsonFields(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * Reads a document.
   *
   * @param wanted the fields, each the names on the way to it joined by '.'
   * @throws MalformedPayloadException if it is not a single, strict JSON object
   */
  static JsonFields read(byte[] document, Set<String> wanted) throws MalformedPayloadException {
    Map<String, Object> values = new HashMap<>();
    try (Reader reader = strictUtf8(document);
        JsonParser parser = FACTORY.createParser(reader)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedPayloadException("the body is not a JSON object");
      }
      readObject(parser, "", new Wanted(wanted), values);
      if (parser.nextToken() != null) {
        throw new MalformedPayloadException("something follows the JSON object");
      }
    } catch (CharacterCodingException e) {
      throw new MalformedPayloadException("the body is not valid UTF-8", e);
    } catch (JacksonException e) {
      throw new MalformedPayloadException(
          "the body is not strict JSON within limits" + at(e.getLocation()), e);
    } catch (IOException e) {
      throw new MalformedPayloadException("the body cannot be read", e);
    }
    return new JsonFields(values);
  }

  /** The text of a field; empty if it is missing or null. */
  Optional<String> text(String field) throws MalformedPayloadException {
    return value(field, String.class, "a text");
  }

  /** The truth of a field; empty if it is missing or null. */
  Optional<Boolean> truth(String field) throws MalformedPayloadException {
    return value(field, Boolean.class, "true or false");
  }

  /** The whole number of a field. */
  long requiredNumber(String field) throws MalformedPayloadException {
    return value(field, Long.class, "a whole number").orElseThrow(() -> missing(field));
  }

  /** What a text field is read as; the reading throws IllegalArgumentException. */
  <T> T required(String field, Function<String, T> reading) throws MalformedPayloadException {
    String text = text(field).orElseThrow(() -> missing(field));
    return read(field, text, reading);
  }

  /** The same for a field that may be missing or null. */
  <T> Optional<T> optional(String field, Function<String, Optional<T>> reading)
      throws MalformedPayloadException {
    Optional<String> text = text(field);
    return text.isEmpty() ? Optional.empty() : read(field, text.get(), reading);
  }

  private static <T> T read(String field, String text, Function<String, T> reading)
      throws MalformedPayloadException {
    try {
      return reading.apply(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedPayloadException(field + " has a value that cannot be right", e);
    }
  }

  private <T> Optional<T> value(String field, Class<T> type, String expectation)
      throws MalformedPayloadException {
    Object value = values.get(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw new MalformedPayloadException(field + " is not " + expectation);
    }
    return Optional.of(type.cast(value));
  }

  private static MalformedPayloadException missing(String field) {
    return new MalformedPayloadException(field + " is missing");
  }

  private static void readObject(
      JsonParser parser, String prefix, Wanted wanted, Map<String, Object> values)
      throws IOException, MalformedPayloadException {
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_OBJECT;
        token = parser.nextToken()) {
      String field = prefix + parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_OBJECT && wanted.isOnTheWay(field)) {
        readObject(parser, field + ".", wanted, values);
      } else if (wanted.fields().contains(field)) {
        readValue(parser, field, value).ifPresent(v -> values.put(field, v));
      } else {
        parser.skipChildren();
      }
    }
  }

  private static Optional<Object> readValue(JsonParser parser, String field, JsonToken token)
      throws IOException, MalformedPayloadException {
    return switch (token) {
      case VALUE_NULL -> Optional.empty();
      case VALUE_TRUE -> Optional.of(true);
      case VALUE_FALSE -> Optional.of(false);
      case VALUE_NUMBER_INT -> Optional.of(parser.getLongValue());
      case VALUE_STRING -> Optional.of(wellFormed(field, parser.getText()));
      default -> {
        parser.skipChildren();
        yield Optional.of(token);
      }
    };
  }

  /** Escapes can spell what UTF-8 cannot: half a character. */
  private static String wellFormed(String field, String text) throws MalformedPayloadException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new MalformedPayloadException(field + " holds a lone surrogate");
    }
    return text;
  }

  private static Reader strictUtf8(byte[] document) throws MalformedPayloadException {
    if (new String(document, 0, Math.min(3, document.length), StandardCharsets.UTF_8)
        .startsWith(String.valueOf(BYTE_ORDER_MARK))) {
      throw new MalformedPayloadException("the body begins with a byte order mark");
    }
    return new InputStreamReader(
        new ByteArrayInputStream(document),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private static String at(JsonLocation location) {
    return location == null
        ? ""
        : ", line %d column %d".formatted(location.getLineNr(), location.getColumnNr());
  }

  /** The wanted fields and the objects that lead to them. */
  private record Wanted(Set<String> fields, Set<String> parents) {

    Wanted(Set<String> fields) {
      this(fields, parentsOf(fields));
    }

    boolean isOnTheWay(String field) {
      return parents.contains(field);
    }

    private static Set<String> parentsOf(Set<String> fields) {
      Set<String> parents = new HashSet<>();
      for (String field : fields) {
        for (int dot = field.indexOf('.'); dot >= 0; dot = field.indexOf('.', dot + 1)) {
          parents.add(field.substring(0, dot));
        }
      }
      return parents;
    }
  }
}
