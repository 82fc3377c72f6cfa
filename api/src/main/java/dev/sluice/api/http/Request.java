package dev.sluice.api.http;

import dev.sluice.api.body.BodyReader;
import dev.sluice.api.body.Expected;
import dev.sluice.api.body.InvalidBodyException;
import dev.sluice.api.readmodel.Records.Span;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.name.RepositoryId;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Request whose parameters have been validated against the operation.
 *
 * @param idempotencyKey two requests with the same key are the same request
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Request(
    Principal principal,
    Map<String, List<String>> values,
    byte[] body,
    Optional<String> idempotencyKey) {

  private static final int MAX_VALUES = 50;

  /** Parses and validates the path and query parameters. */
  static Map<String, List<String>> values(
      List<Parameter> parameters, MultiMap query, Map<String, String> path) {
    Map<String, List<String>> values = new HashMap<>();
    Set<String> unknown = new HashSet<>(query.names());
    for (Parameter parameter : parameters) {
      List<String> given =
          parameter.in() == Parameter.In.PATH
              ? List.of(path.getOrDefault(parameter.name(), ""))
              : query.getAll(parameter.name());
      unknown.remove(parameter.name());
      if (parameter.required() && given.isEmpty()) {
        throw Problem.invalid("the parameter '%s' is missing".formatted(parameter.name()));
      }
      if (given.size() > (parameter.many() ? MAX_VALUES : 1)) {
        throw Problem.invalid(
            "too many values of '%s': at most %d"
                .formatted(parameter.name(), parameter.many() ? MAX_VALUES : 1));
      }
      given.forEach(value -> check(parameter, value));
      values.put(parameter.name(), List.copyOf(given));
    }
    if (!unknown.isEmpty()) {
      throw Problem.invalid(
          "'%s' is not a parameter of this request; it has %s"
              .formatted(
                  unknown.stream().sorted().findFirst().orElseThrow(),
                  parameters.isEmpty()
                      ? "none"
                      : Expected.all(parameters.stream().map(Parameter::name).toList())));
    }
    return values;
  }

  /** Parses the body; an unknown field is an error. */
  <T extends Record> T body(Class<T> type) {
    try {
      return BodyReader.read(body, type);
    } catch (InvalidBodyException e) {
      throw Problem.invalid(String.valueOf(e.getMessage()));
    }
  }

  Optional<String> text(Parameter parameter) {
    return values.getOrDefault(parameter.name(), List.of()).stream().findFirst();
  }

  /** Returns the canonical name in the repository parameter. */
  Optional<String> repository() {
    return text(Parameter.REPOSITORY).map(Request::canonical);
  }

  /** Returns the canonical name of a repository given by name or clone URL. */
  static String canonical(String repository) {
    try {
      return RepositoryId.parse(repository).value();
    } catch (IllegalArgumentException e) {
      throw Problem.invalid("'repository' is not host[:port]/path: " + e.getMessage());
    }
  }

  String required(Parameter parameter) {
    return text(parameter).orElseThrow();
  }

  /** Returns the part of the fleet that the request selects. */
  Scope scope() {
    return new Scope(
        values.getOrDefault("application", List.of()), values.getOrDefault("cluster", List.of()));
  }

  Span span() {
    return new Span(
        text(Parameter.SINCE).map(Instant::parse), text(Parameter.UNTIL).map(Instant::parse));
  }

  int limit() {
    return text(Parameter.LIMIT).map(Integer::parseInt).orElse(100);
  }

  Optional<String> after() {
    return text(Parameter.AFTER);
  }

  /** Returns the numeric cursor. */
  Optional<Long> afterNumber() {
    try {
      return after().map(Long::parseLong);
    } catch (NumberFormatException e) {
      throw Problem.invalid("'after' is not a value of 'next' from a page");
    }
  }

  private static void check(Parameter parameter, String value) {
    Map<String, Object> schema = parameter.schema();
    boolean fits =
        value.length() <= Parameter.MAX_TEXT
            && value.indexOf('\0') < 0
            && (!(schema.get("pattern") instanceof String pattern) || value.matches(pattern))
            && (!(schema.get("enum") instanceof List<?> allowed) || allowed.contains(value))
            && (!"date-time".equals(schema.get("format")) || isTime(value))
            && (!"integer".equals(schema.get("type")) || isBetween(value, schema));
    if (!fits) {
      throw Problem.invalid(
          "the parameter '%s' is invalid: expected %s"
              .formatted(parameter.name(), parameter.expected()));
    }
  }

  private static boolean isTime(String value) {
    try {
      Instant time = Instant.parse(value);
      return time.isAfter(Instant.EPOCH) && time.isBefore(Instant.parse("9999-01-01T00:00:00Z"));
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean isBetween(String value, Map<String, Object> schema) {
    try {
      int number = Integer.parseInt(value);
      return schema.get("minimum") instanceof Integer least
          && schema.get("maximum") instanceof Integer most
          && number >= least
          && number <= most;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
