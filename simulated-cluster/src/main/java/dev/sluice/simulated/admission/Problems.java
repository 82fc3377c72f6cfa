package dev.sluice.simulated.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Problems of an object, collected field by field, in the API server's words. */
public final class Problems {
  private final List<Cause> causes = new ArrayList<>();

  /** Adds a missing required field. */
  void required(String field, String why) {
    causes.add(
        new Cause(
            "FieldValueRequired",
            field,
            why.isEmpty() ? "Required value" : "Required value: " + why));
  }

  /** Adds a field with an invalid value; strings are shown in quotes. */
  void invalid(String field, Object value, String why) {
    causes.add(new Cause("FieldValueInvalid", field, "Invalid value: " + show(value) + ": " + why));
  }

  /** Adds a field with an invalid value that is not shown. */
  void invalid(String field, String why) {
    causes.add(new Cause("FieldValueInvalid", field, "Invalid value: " + why));
  }

  /** Adds a field with an unsupported value. */
  void unsupported(String field, String value, List<String> supported) {
    causes.add(
        new Cause(
            "FieldValueNotSupported",
            field,
            "Unsupported value: \""
                + value
                + "\": supported values: "
                + String.join(", ", supported.stream().map(s -> '"' + s + '"').toList())));
  }

  /** Adds a field that must not be set or changed. */
  void forbidden(String field, String why) {
    causes.add(new Cause("FieldValueForbidden", field, "Forbidden: " + why));
  }

  /** Adds a duplicate list element. */
  void duplicate(String field, Object value) {
    causes.add(new Cause("FieldValueDuplicate", field, "Duplicate value: " + show(value)));
  }

  /** Adds a list with too many elements. */
  void tooMany(String field, int actual, int most) {
    causes.add(
        new Cause(
            "FieldValueTooMany",
            field,
            "Too many: " + actual + ": must have at most " + most + " items"));
  }

  /** Adds a text that is too long. */
  void tooLong(String field, int most) {
    causes.add(
        new Cause("FieldValueTooLong", field, "Too long: may not be more than " + most + " bytes"));
  }

  /** Adds a reference to a missing object. */
  void notFound(String field, String value) {
    causes.add(new Cause("FieldValueNotFound", field, "Not found: \"" + value + "\""));
  }

  /** Adds a field with an invalid value, shown as given. */
  void invalidLiteral(String field, String literal, String why) {
    causes.add(new Cause("FieldValueInvalid", field, "Invalid value: " + literal + ": " + why));
  }

  boolean isEmpty() {
    return causes.isEmpty();
  }

  private static String show(Object value) {
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }

  /** Throws the exception that the function creates from the problems, if there are any. */
  public void throwIfAny(Function<List<Cause>, ? extends RuntimeException> exception) {
    if (!causes.isEmpty()) {
      throw exception.apply(List.copyOf(causes));
    }
  }

  /** Cause of a refusal: its kind, such as {@code FieldValueInvalid}, its field, and text. */
  public record Cause(String reason, String field, String message) {}
}
