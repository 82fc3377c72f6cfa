package dev.sluice.receiver.payload;

import dev.sluice.contract.event.OneLine;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Fields read from a document, or from an element of one of its lists. */
final class JsonFields {

  /** Represents a null value, as opposed to a missing field. */
  static final Object NULL = new Object();

  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{7,64}");

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

  /** Returns a text that is only shown to people, or empty if there is none. */
  Optional<String> shown(String field) {
    return values.get(field) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** Returns the objects in a list of which everything is only shown to people. */
  List<JsonFields> shownList(String field) {
    return values.get(field) instanceof List<?> list
        ? list.stream().map(JsonFields.class::cast).toList()
        : List.of();
  }

  String requiredText(String field) throws MalformedPayloadException {
    return text(field).orElseThrow(() -> missing(field));
  }

  /** Returns a required text as one line of bounded length; empty if it has no visible text. */
  String requiredLine(String field) throws MalformedPayloadException {
    return OneLine.subject(requiredText(field)).orElse("");
  }

  /** Returns the name of a person in the first field that has one, of bounded length. */
  Optional<String> person(String... fields) throws MalformedPayloadException {
    return firstText(fields).flatMap(OneLine::name);
  }

  /**
   * Returns the id of a commit as far as the forge sends it: at least seven hex digits, in lower
   * case; empty for other texts and for zeros, which stand for no commit.
   */
  Optional<String> digits(String field) throws MalformedPayloadException {
    return text(field)
        .map(text -> text.toLowerCase(Locale.ROOT))
        .filter(text -> DIGITS.matcher(text).matches() && !text.matches("0+"));
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
