package dev.sluice.simulated.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What is wrong with an object, collected field by field in the API server's words. */
public final class Problems {
  private final List<Cause> causes = new ArrayList<>();

  /** Notes a field that has to be there. */
  void required(String field, String why) {
    causes.add(
        new Cause(
            "FieldValueRequired",
            field,
            why.isEmpty() ? "Required value" : "Required value: " + why));
  }

  /** Notes a field whose value cannot stand; strings are shown quoted. */
  void invalid(String field, Object value, String why) {
    causes.add(new Cause("FieldValueInvalid", field, "Invalid value: " + show(value) + ": " + why));
  }

  /** Notes a field whose value is none of those supported. */
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

  /** Notes a field that may not be set or changed. */
  void forbidden(String field, String why) {
    causes.add(new Cause("FieldValueForbidden", field, "Forbidden: " + why));
  }

  /** Notes a list element that stands there twice. */
  void duplicate(String field, Object value) {
    causes.add(new Cause("FieldValueDuplicate", field, "Duplicate value: " + show(value)));
  }

  /** Notes a list with more elements than allowed. */
  void tooMany(String field, int actual, int most) {
    causes.add(
        new Cause(
            "FieldValueTooMany",
            field,
            "Too many: " + actual + ": must have at most " + most + " items"));
  }

  /** Notes a text longer than allowed. */
  void tooLong(String field, int most) {
    causes.add(
        new Cause("FieldValueTooLong", field, "Too long: may not be more than " + most + " bytes"));
  }

  /** Notes a reference to what is not there. */
  void notFound(String field, String value) {
    causes.add(new Cause("FieldValueNotFound", field, "Not found: \"" + value + "\""));
  }

  /** Notes a field whose value cannot stand, shown as given. */
  void invalidLiteral(String field, String literal, String why) {
    causes.add(new Cause("FieldValueInvalid", field, "Invalid value: " + literal + ": " + why));
  }

  boolean isEmpty() {
    return causes.isEmpty();
  }

  private static String show(Object value) {
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }

  /** Throws what the function makes of the problems, if there are any. */
  public void throwIfAny(Function<List<Cause>, ? extends RuntimeException> exception) {
    if (!causes.isEmpty()) {
      throw exception.apply(List.copyOf(causes));
    }
  }
}
