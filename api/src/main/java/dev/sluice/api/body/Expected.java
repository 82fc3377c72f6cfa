package dev.sluice.api.body;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.sluice.contract.name.Generation;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Words for the values that a field allows. */
public final class Expected {

  /** An example of a time. */
  public static final String TIME = "a time such as 2026-01-31T02:00:00Z";

  private Expected() {}

  /** Returns the allowed values of a type. */
  static String of(@Nullable Class<?> type) {
    if (type == null) {
      return "another value";
    }
    if (type.isEnum()) {
      return among(Stream.of(type.getEnumConstants()).map(one -> name((Enum<?>) one)).toList());
    }
    if (type == Instant.class) {
      return TIME;
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type.isPrimitive() || Number.class.isAssignableFrom(type) || type == Generation.class) {
      return "a whole number";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    if (type.isAnnotationPresent(JsonSubTypes.class)) {
      return "an object whose 'kind' is " + kinds(type);
    }
    return "a text";
  }

  /** Returns the kinds of a type whose objects have the field {@code kind}. */
  static String kinds(Class<?> type) {
    JsonSubTypes kinds = type.getAnnotation(JsonSubTypes.class);
    return kinds == null
        ? "another value"
        : among(Arrays.stream(kinds.value()).map(JsonSubTypes.Type::name).toList());
  }

  /** Returns a description of an object with the fields of a record. */
  static String object(Class<? extends Record> type) {
    return "a JSON object with fields among "
        + all(Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList());
  }

  /** Returns the values as a choice, such as {@code retry or discard}. */
  public static String among(@Nullable Collection<?> values) {
    return listed(
        values == null ? List.of() : values.stream().map(Objects::toString).toList(), "or");
  }

  /** Returns all values, such as {@code limit and after}. */
  public static String all(List<String> values) {
    return listed(values, "and");
  }

  private static String listed(List<String> values, String word) {
    return values.size() < 2
        ? String.join("", values)
        : "%s %s %s"
            .formatted(
                String.join(", ", values.subList(0, values.size() - 1)), word, values.getLast());
  }

  private static String name(Enum<?> constant) {
    try {
      Field field = constant.getDeclaringClass().getField(constant.name());
      JsonProperty named = field.getAnnotation(JsonProperty.class);
      return named == null ? constant.name() : named.value();
    } catch (NoSuchFieldException e) {
      return constant.name();
    }
  }
}
