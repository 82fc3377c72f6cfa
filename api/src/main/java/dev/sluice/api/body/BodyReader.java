package dev.sluice.api.body;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reader of a request's JSON body into a record; an unknown field is an error. */
public final class BodyReader {

  private static final ObjectReader STRICT =
      Json.mapper().reader().with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private BodyReader() {}

  /**
   * Returns the record.
   *
   * @throws InvalidBodyException if the body is no JSON, or not of the record's form; the message
   *     names the field, and the values that are allowed
   */
  public static <T extends Record> T read(byte[] body, Class<T> type) throws InvalidBodyException {
    if (body.length == 0) {
      throw new InvalidBodyException("the request has no body: send " + Expected.object(type));
    }
    T value;
    try {
      checkFields(Json.mapper().readTree(body), type);
      value = STRICT.forType(type).readValue(body);
    } catch (IOException e) {
      throw new InvalidBodyException(sentence(e, type), e);
    }
    if (value == null) {
      throw new InvalidBodyException("the body is null: send " + Expected.object(type));
    }
    Optional<String> missing = missing(value, "");
    if (missing.isPresent()) {
      throw new InvalidBodyException(missing.get());
    }
    return value;
  }

  /** Refuses unknown fields before missing ones, since a field may be misspelled. */
  private static void checkFields(JsonNode body, Class<? extends Record> type)
      throws InvalidBodyException {
    List<String> known =
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      if (!known.contains(field.getKey())) {
        throw new InvalidBodyException(unknown(field.getKey(), known));
      }
    }
  }

  private static String unknown(String field, @Nullable Collection<?> known) {
    return "'%s' is not a field here: expected %s".formatted(field, Expected.among(known));
  }

  /** Returns a sentence about the first value that a record lacks. */
  private static Optional<String> missing(Record value, String path) {
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      String name = path + component.getName();
      Object held = get(value, component);
      if (held == null) {
        return Optional.of(
            "'%s' is missing: expected %s".formatted(name, Expected.of(component.getType())));
      }
      Object inner = held instanceof Optional<?> optional ? optional.orElse(null) : held;
      if (inner instanceof Record nested) {
        Optional<String> missing = missing(nested, name + ".");
        if (missing.isPresent()) {
          return missing;
        }
      }
    }
    return Optional.empty();
  }

  private static @Nullable Object get(Record value, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static String sentence(IOException failure, Class<? extends Record> type) {
    return switch (failure) {
      case StreamConstraintsException _ -> "the body is nested too deeply, or has too long a text";
      case StreamReadException broken ->
          "the body is not valid JSON%s%s"
              .formatted(
                  String.valueOf(broken.getOriginalMessage()).startsWith("Duplicate field")
                      ? ", since it has a field twice"
                      : "",
                  place(broken));
      case UnrecognizedPropertyException unknown ->
          unknown(path(unknown.getPath()), unknown.getKnownPropertyIds());
      case InvalidTypeIdException kind -> kind(kind);
      case InvalidFormatException format ->
          "'%s' is '%s': expected %s"
              .formatted(
                  path(format.getPath()), format.getValue(), Expected.of(format.getTargetType()));
      case ValueInstantiationException refused -> refused(refused);
      case MismatchedInputException mismatch -> mismatch(mismatch, type);
      case JsonProcessingException other -> "the body cannot be read" + place(other);
      default -> "the body cannot be read";
    };
  }

  private static String kind(InvalidTypeIdException failure) {
    String field = path(failure.getPath());
    String expected = Expected.kinds(failure.getBaseType().getRawClass());
    String name = field.endsWith(".kind") ? field : field + ".kind";
    return failure.getTypeId() == null
        ? "'%s' is missing: expected %s".formatted(name, expected)
        : "'%s' is '%s': expected %s".formatted(name, failure.getTypeId(), expected);
  }

  /** Returns the reason for which a value type refuses a value. */
  private static String refused(ValueInstantiationException failure) {
    return failure.getCause() instanceof IllegalArgumentException reason
        ? "'%s' is invalid: %s".formatted(path(failure.getPath()), reason.getMessage())
        : "%s has null where it has to have a value"
            .formatted(
                failure.getPath().isEmpty() ? "the body" : "'" + path(failure.getPath()) + "'");
  }

  private static String mismatch(MismatchedInputException failure, Class<? extends Record> type) {
    if (failure.getPath().isEmpty()) {
      return String.valueOf(failure.getOriginalMessage()).startsWith("Trailing token")
          ? "the body has more than one JSON value: send " + Expected.object(type)
          : "the body is not an object: send " + Expected.object(type);
    }
    return "'%s' is missing, or of another type: expected %s"
        .formatted(path(failure.getPath()), Expected.of(failure.getTargetType()));
  }

  private static String place(JsonProcessingException failure) {
    JsonLocation at = failure.getLocation();
    return at == null ? "" : ": line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
  }

  /** Returns the path of a field, such as {@code command.kind} or {@code entries[1]}. */
  private static String path(List<Reference> references) {
    StringBuilder path = new StringBuilder();
    for (Reference one : references) {
      if (one.getFieldName() == null) {
        path.append('[').append(one.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(one.getFieldName());
      }
    }
    return path.toString();
  }
}
