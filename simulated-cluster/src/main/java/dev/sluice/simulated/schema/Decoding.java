package dev.sluice.simulated.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.schema.Type.ScalarKind;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Result of decoding a JSON value as a type: undeclared fields are dropped and listed, nulls count
 * as absent.
 *
 * @param value the decoded value
 * @param unknown undeclared fields, such as {@code spec.foo} and {@code spec.ports[0].bar}
 * @param mistyped values of the wrong type, in the API server's words
 */
public record Decoding(JsonNode value, List<String> unknown, List<String> mistyped) {

  /** Decodes a value. */
  public static Decoding of(Type type, JsonNode value) {
    List<String> unknown = new ArrayList<>();
    List<String> mistyped = new ArrayList<>();
    return new Decoding(new Reader(unknown, mistyped).read(type, "", value), unknown, mistyped);
  }

  private record Reader(List<String> unknown, List<String> mistyped) {

    JsonNode read(Type type, String path, JsonNode value) {
      return switch (type) {
        case Type.Any any -> value;
        case Type.Scalar(ScalarKind kind) -> {
          if (!fits(kind, value)) {
            wrong(path, value, goType(kind));
            yield value;
          }
          yield scalar(kind, value);
        }
        case Type.Struct struct -> readStruct(struct, path, value);
        case Type.MapOf map -> readMap(map, path, value);
        case Type.ListOf list -> readList(list, path, value);
      };
    }

    private JsonNode scalar(ScalarKind kind, JsonNode value) {
      if (kind == ScalarKind.BYTES && !isBase64(value.asText())) {
        mistyped.add("illegal base64 data at input byte 0");
      }
      if (kind == ScalarKind.TIME && !isTime(value.asText())) {
        mistyped.add(
            "parsing time "
                + value
                + " as \"2006-01-02T15:04:05Z07:00\": cannot parse "
                + value
                + " as \"2006\"");
      }
      if (kind == ScalarKind.QUANTITY) {
        Optional<String> canonical = Quantities.canonical(value.asText());
        if (canonical.isEmpty()) {
          mistyped.add(
              "quantities must match the regular expression"
                  + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }
        return JsonNodeFactory.instance.textNode(canonical.orElse(value.asText()));
      }
      return value;
    }

    private JsonNode readStruct(Type.Struct struct, String path, JsonNode value) {
      if (!value.isObject()) {
        wrong(path, value, "v1." + struct.name());
        return value;
      }
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      value
          .properties()
          .forEach(
              entry -> {
                String at = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
                Type.Field field = struct.fields().get(entry.getKey());
                if (entry.getValue().isNull()) {
                  return;
                }
                if (field != null) {
                  result.set(entry.getKey(), read(field.type(), at, entry.getValue()));
                } else if (struct.open()) {
                  result.set(entry.getKey(), entry.getValue());
                } else {
                  unknown.add(at);
                }
              });
      return result;
    }

    private JsonNode readMap(Type.MapOf map, String path, JsonNode value) {
      if (!value.isObject()) {
        wrong(path, value, "map[string]string");
        return value;
      }
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      value
          .properties()
          .forEach(
              entry -> {
                JsonNode child =
                    entry.getValue().isNull() && map.element() instanceof Type.Scalar(ScalarKind k)
                        ? JsonNodeFactory.instance.textNode("")
                        : entry.getValue();
                result.set(entry.getKey(), read(map.element(), path + "." + entry.getKey(), child));
              });
      return result;
    }

    private JsonNode readList(Type.ListOf list, String path, JsonNode value) {
      if (!value.isArray()) {
        wrong(path, value, "[]" + (list.element() instanceof Type.Struct s ? "v1." + s : "string"));
        return value;
      }
      ArrayNode result = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < value.size(); i++) {
        result.add(read(list.element(), path + "[" + i + "]", value.get(i)));
      }
      return result;
    }

    private void wrong(String path, JsonNode value, String expected) {
      String got =
          switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "bool";
            case ARRAY -> "array";
            default -> "object";
          };
      mistyped.add(
          "json: cannot unmarshal "
              + got
              + " into Go struct field ."
              + path
              + " of type "
              + expected);
    }
  }

  private static boolean fits(ScalarKind kind, JsonNode value) {
    return switch (kind) {
      case STRING, TIME, BYTES -> value.isTextual();
      case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
      case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
      case NUMBER -> value.isNumber();
      case BOOLEAN -> value.isBoolean();
      case INT_OR_STRING -> value.isTextual() || value.isIntegralNumber();
      case QUANTITY -> value.isTextual() || value.isNumber();
    };
  }

  private static boolean isBase64(String text) {
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isTime(String text) {
    try {
      OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static String goType(ScalarKind kind) {
    return switch (kind) {
      case STRING -> "string";
      case TIME -> "v1.Time";
      case BYTES -> "[]uint8";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case NUMBER -> "float64";
      case BOOLEAN -> "bool";
      case INT_OR_STRING -> "intstr.IntOrString";
      case QUANTITY -> "resource.Quantity";
    };
  }
}
