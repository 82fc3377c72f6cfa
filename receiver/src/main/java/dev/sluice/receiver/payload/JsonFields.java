package dev.sluice.receiver.payload;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Fields read from a document, or from an element of one of its lists. */
final class JsonFields {

  /** Represents a null value, as opposed to a missing field. */
  static final Object NULL = new Object();

  private final Map<String, Object> values;

  JsonFields(Map<String, Object> values) {
    this.values = values;
  }

  /** Returns the text of a field, or empty if it is missing or null. */
  Optional<String> text(String field) throws MalformedPayloadException {
    return value(field, String.class, "a text");
  }

  /** Returns the text of the first field that has one; empty texts are skipped. */
  Optional<String> firstText(String... fields) throws MalformedPayloadException {
    for (String field : fields) {
      Optional<String> text = text(field).filter(value -> !value.isEmpty());
      if (text.isPresent()) {
        return text;
      }
    }
    return Optional.empty();
  }

  String requiredText(String field) throws MalformedPayloadException {
    return text(field).orElseThrow(() -> missing(field));
  }

  /** Returns the boolean value of a field, or empty if it is missing or null. */
  Optional<Boolean> bool(String field) throws MalformedPayloadException {
    return value(field, Boolean.class, "true or false");
  }

  /** Returns the integer value of a field, or empty if it is missing or null. */
  Optional<Long> number(String field) throws MalformedPayloadException {
    return value(field, Long.class, "a whole number");
  }

  long requiredNumber(String field) throws MalformedPayloadException {
    return number(field).orElseThrow(() -> missing(field));
  }

  /**
   * Converts a required text field.
   *
   * @param reading throws IllegalArgumentException for invalid texts
   */
  <T> T required(String field, Function<String, T> reading) throws MalformedPayloadException {
    return read(field, requiredText(field), reading);
  }

  /**
   * Converts an optional text field.
   *
   * @param reading throws IllegalArgumentException for invalid texts
   */
  <T> Optional<T> optional(String field, Function<String, Optional<T>> reading)
      throws MalformedPayloadException {
    Optional<String> text = text(field);
    return text.isEmpty() ? Optional.empty() : read(field, text.get(), reading);
  }

  /** Returns the objects in a list, or none if it is missing or null. */
  List<JsonFields> list(String field) throws MalformedPayloadException {
    return listIfAny(field).orElse(List.of());
  }

  List<JsonFields> requiredList(String field) throws MalformedPayloadException {
    return listIfAny(field).orElseThrow(() -> missing(field));
  }

  /** Returns whether the field is present with a null value. */
  boolean isNull(String field) {
    return values.get(field) == NULL;
  }

  private Optional<List<JsonFields>> listIfAny(String field) throws MalformedPayloadException {
    Optional<List<?>> list = value(field, List.class, "a list").map(found -> (List<?>) found);
    return list.map(elements -> elements.stream().map(JsonFields.class::cast).toList());
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
    if (value == null || value == NULL) {
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
}
