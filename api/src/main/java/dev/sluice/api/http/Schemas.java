package dev.sluice.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** JSON Schemas of records, as Jackson writes them with the settings used for events. */
final class Schemas {

  private final Map<String, Object> named = new TreeMap<>();

  /** Returns the schemas that were referred to, by name. */
  Map<String, Object> named() {
    return named;
  }

  Map<String, Object> of(Type type) {
    return switch (type) {
      case ParameterizedType generic -> ofGeneric(generic);
      case Class<?> plain -> ofClass(plain);
      default -> Map.of();
    };
  }

  private Map<String, Object> ofGeneric(ParameterizedType type) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] arguments = type.getActualTypeArguments();
    if (raw == Optional.class) {
      return of(arguments[0]);
    }
    return Collection.class.isAssignableFrom(raw)
        ? Map.of("type", "array", "items", of(arguments[0]))
        : Map.of("type", "object", "additionalProperties", of(arguments[1]));
  }

  private Map<String, Object> ofClass(Class<?> type) {
    if (type == String.class || type == Duration.class) {
      return Map.of("type", "string");
    }
    if (type == Instant.class) {
      return Map.of("type", "string", "format", "date-time");
    }
    if (type == long.class || type == int.class || type == Long.class || type == Integer.class) {
      return Map.of("type", "integer");
    }
    if (type == boolean.class || type == Boolean.class) {
      return Map.of("type", "boolean");
    }
    if (type == JsonNode.class || type == Object.class) {
      return Map.of("type", "object");
    }
    if (type.isEnum()) {
      return Map.of("type", "string", "enum", constants(type));
    }
    Optional<RecordComponent> value = value(type);
    return value.isPresent() ? of(value.get().getGenericType()) : reference(type);
  }

  private Map<String, Object> reference(Class<?> type) {
    String name = type.getSimpleName();
    if (!named.containsKey(name)) {
      named.put(name, Map.of());
      named.put(name, type.isRecord() ? ofRecord(type) : ofSubtypes(type));
    }
    return Map.of("$ref", "#/components/schemas/" + name);
  }

  private Map<String, Object> ofRecord(Class<?> type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
      String name = renamed == null ? component.getName() : renamed.value();
      properties.put(name, of(component.getGenericType()));
      if (component.getType() != Optional.class) {
        required.add(name);
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return schema;
  }

  /** Returns the schema of a sealed type whose variants Jackson distinguishes by {@code kind}. */
  private Map<String, Object> ofSubtypes(Class<?> type) {
    JsonSubTypes subtypes = type.getAnnotation(JsonSubTypes.class);
    if (subtypes == null) {
      return Map.of("type", "object");
    }
    List<Map<String, Object>> variants = new ArrayList<>();
    for (JsonSubTypes.Type subtype : subtypes.value()) {
      Map<String, Object> variant = new LinkedHashMap<>(ofRecord(subtype.value()));
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put("kind", Map.of("const", subtype.name()));
      if (variant.get("properties") instanceof Map<?, ?> own) {
        own.forEach((name, schema) -> properties.put(String.valueOf(name), schema));
      }
      variant.put("properties", properties);
      List<String> required = new ArrayList<>(List.of("kind"));
      if (variant.get("required") instanceof List<?> own) {
        own.forEach(name -> required.add(String.valueOf(name)));
      }
      variant.put("required", required);
      variants.add(variant);
    }
    return Map.of("oneOf", variants);
  }

  private static Optional<RecordComponent> value(Class<?> type) {
    return type.isRecord()
        ? Arrays.stream(type.getRecordComponents())
            .filter(component -> component.getAccessor().isAnnotationPresent(JsonValue.class))
            .findFirst()
        : Optional.empty();
  }

  private static List<String> constants(Class<?> type) {
    List<String> names = new ArrayList<>();
    for (Field field : type.getFields()) {
      if (field.isEnumConstant()) {
        JsonProperty renamed = field.getAnnotation(JsonProperty.class);
        names.add(renamed == null ? field.getName() : renamed.value());
      }
    }
    return names;
  }
}
