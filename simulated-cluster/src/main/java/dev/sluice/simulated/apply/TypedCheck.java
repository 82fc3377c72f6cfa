package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.schema.Type;
import dev.sluice.simulated.schema.Type.ScalarKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Check of a configuration against its type before it is applied. */
public final class TypedCheck {
  private final List<String> problems = new ArrayList<>();

  private TypedCheck() {}

  /**
   * Checks that a value fits its type.
   *
   * @throws MistypedException if it does not, in the API server's words
   */
  public static void check(Type type, JsonNode value) {
    TypedCheck check = new TypedCheck();
    check.visit(type, "", value);
    if (check.problems.size() == 1) {
      throw new MistypedException(check.problems.getFirst());
    }
    if (!check.problems.isEmpty()) {
      throw new MistypedException("errors:\n  " + String.join("\n  ", check.problems));
    }
  }

  private void visit(Type type, String path, JsonNode value) {
    if (value.isNull()) {
      return;
    }
    switch (type) {
      case Type.Any any -> {}
      case Type.Scalar(ScalarKind kind) -> scalar(kind, path, value);
      case Type.Struct struct -> {
        if (isMap(path, value)) {
          value
              .properties()
              .forEach(
                  e -> {
                    String at = path + "." + e.getKey();
                    Type.Field field = struct.fields().get(e.getKey());
                    if (field != null) {
                      visit(field.type(), at, e.getValue());
                    } else if (!struct.open()) {
                      problems.add(at + ": field not declared in schema");
                    }
                  });
        }
      }
      case Type.MapOf map -> {
        if (isMap(path, value)) {
          value
              .properties()
              .forEach(e -> visit(map.element(), path + "." + e.getKey(), e.getValue()));
        }
      }
      case Type.ListOf list -> list(list, path, value);
    }
  }

  private boolean isMap(String path, JsonNode value) {
    if (!value.isObject()) {
      problems.add(path + ": expected map, got &{" + go(value) + "}");
    }
    return value.isObject();
  }

  private void list(Type.ListOf list, String path, JsonNode value) {
    if (!value.isArray()) {
      problems.add(path + ": expected list, got &{" + go(value) + "}");
      return;
    }
    List<PathElement> previous = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      JsonNode item = value.get(i);
      String at = path + "[" + i + "]";
      if (!(list.kind() instanceof Type.ListKind.Atomic)) {
        try {
          PathElement element = Shape.element(list, item);
          at = path + element;
          if (previous.contains(element)) {
            problems.add(path + ": duplicate entries for key " + element);
          }
          previous.add(element);
        } catch (MistypedException e) {
          problems.add(path + ": element " + i + ": " + e.getMessage());
          continue;
        }
      }
      visit(list.element(), at, item);
    }
  }

  private void scalar(ScalarKind kind, String path, JsonNode value) {
    boolean fits =
        switch (kind) {
          case STRING, TIME, BYTES -> value.isTextual();
          case INT32, INT64, NUMBER -> value.isNumber();
          case BOOLEAN -> value.isBoolean();
          case INT_OR_STRING, QUANTITY -> value.isValueNode();
        };
    if (fits) {
      return;
    }
    problems.add(
        path
            + switch (kind) {
              case STRING, TIME, BYTES ->
                  ": expected string, got &value.valueUnstructured{Value:" + value + "}";
              case BOOLEAN -> ": expected boolean, got &{" + go(value) + "}";
              default -> ": expected numeric (int or float), got " + goType(value);
            });
  }

  private static String goType(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> value.isIntegralNumber() ? "int64" : "float64";
      case BOOLEAN -> "bool";
      case ARRAY -> "[]interface {}";
      default -> "map[string]interface {}";
    };
  }

  /** Returns a value as Go prints it. */
  private static String go(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY ->
          value.valueStream().map(TypedCheck::go).collect(Collectors.joining(" ", "[", "]"));
      case OBJECT ->
          value.properties().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(entry -> entry.getKey() + ":" + go(entry.getValue()))
              .collect(Collectors.joining(" ", "map[", "]"));
      default -> value.asText();
    };
  }

  /**
   * Thrown for a value that does not fit its type; the message contains the path and the expected
   * type.
   */
  public static final class MistypedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MistypedException(String message) {
      super(message);
    }
  }
}
