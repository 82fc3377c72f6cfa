package dev.sluice.contract.failure;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The stable, machine-readable code of a failure, such as {@code MissingNamespace}: in events, dead
 * letters, metrics and the API. docs/failure-codes.md is generated from the enums.
 */
public sealed interface FailureCode
    permits SourceFailure, RenderFailure, ApplyFailure, PartFailure, FailureCode.Other {

  /** Returns the code as it is in events. */
  @JsonValue
  String value();

  /** Returns what the code means, for people. */
  Explanation explanation();

  /**
   * The meaning of a code.
   *
   * @param meaning the fault, in one sentence
   * @param remedy the action that a user can take
   */
  record Explanation(String meaning, String remedy) {}

  /** Returns the code with this value: one of the enums, or of another version of Sluice. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static FailureCode of(String value) {
    FailureCode known = Other.KNOWN.get(value);
    return known != null ? known : new Other(value);
  }

  /**
   * Returns the code of a status that no other code covers, such as {@code Status418}.
   *
   * @param status of HTTP, from the API server
   */
  static FailureCode ofStatus(int status) {
    return new Other("Status" + status);
  }

  /** Returns the codes of this version, without those of statuses. */
  static Stream<FailureCode> known() {
    return Stream.<FailureCode[]>of(
            SourceFailure.values(),
            RenderFailure.values(),
            ApplyFailure.values(),
            PartFailure.values())
        .flatMap(Arrays::stream);
  }

  /** Returns {@code MissingFile} for {@code MISSING_FILE}. */
  static String pascalCase(String constant) {
    return Arrays.stream(constant.split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  /** A code without an entry of its own: of a status, or written by another version of Sluice. */
  record Other(String value) implements FailureCode {

    private static final Map<String, FailureCode> KNOWN =
        known().collect(Collectors.toUnmodifiableMap(FailureCode::value, Function.identity()));

    @Override
    public Explanation explanation() {
      return new Explanation(
          value.startsWith("Status")
              ? "The API server refused the request with this status."
              : "Another version of Sluice wrote this code.",
          "See the message.");
    }

    @Override
    public String toString() {
      return value;
    }
  }
}
