package dev.sluice.contract.codec;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.window.CronSchedule;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Member;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Generates the JSON Schema of an event type from its record and the Javadoc comments. Schemas are
 * open: fields, values of enumerations and variants that a later version adds are valid, too.
 */
final class EventSchemas {

  private static final Set<Class<?>> TEXTS =
      Set.of(String.class, FailureCode.class, ZoneId.class, CronSchedule.class);

  private static final RecordComments COMMENTS = RecordComments.read(Path.of("src/main/java"));

  /** Schemas of the inner types by name, in the order of names. */
  private final Map<String, ObjectNode> inner = new TreeMap<>();

  private final List<String> undescribed = new ArrayList<>();

  private EventSchemas() {}

  /** Returns the schema of an event type. */
  static ObjectNode of(EventType type) {
    EventSchemas schemas = new EventSchemas();
    ObjectNode own = schemas.object(type.eventClass(), Optional.empty());
    ObjectNode document = Json.mapper().createObjectNode();
    document.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    document.put("$id", type.schemaId());
    document.setAll(own);
    if (!schemas.inner.isEmpty()) {
      document.putObject("$defs").setAll(schemas.inner);
    }
    return document;
  }

  /** Returns the fields and types of an event that have no comment, as {@code Type.field}. */
  static List<String> undescribed(EventType type) {
    EventSchemas schemas = new EventSchemas();
    schemas.object(type.eventClass(), Optional.empty());
    return schemas.undescribed;
  }

  /** Returns the name of an event type's model, such as {@code RefChanged}. */
  static String name(EventType type) {
    return Arrays.stream(type.slug().split("-"))
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining());
  }

  private static String name(Class<?> type) {
    Optional<EventType> event =
        Stream.of(EventType.values()).filter(any -> any.eventClass() == type).findFirst();
    if (event.isPresent()) {
      return name(event.get());
    }
    return type.getEnclosingClass() == null
        ? type.getSimpleName()
        : type.getEnclosingClass().getSimpleName().replaceFirst("(Event|Record)$", "")
            + type.getSimpleName();
  }

  /**
   * Returns the schema of a record.
   *
   * @param variant the field that tells the variants of a sealed type apart, with its value
   */
  private ObjectNode object(Class<?> type, Optional<Map.Entry<String, String>> variant) {
    ObjectNode schema = described(type);
    schema.put("type", "object");
    ObjectNode properties = Json.mapper().createObjectNode();
    List<String> required = new ArrayList<>();
    variant.ifPresent(
        field -> {
          properties
              .putObject(field.getKey())
              .put("type", "string")
              .put("const", field.getValue())
              .put("description", "The variant");
          required.add(field.getKey());
        });
    Map<String, RecordComponent> components = new TreeMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      components.put(nameInJson(type, component), component);
    }
    components.forEach(
        (name, component) -> {
          properties.set(name, field(type, component));
          if (component.getType() != Optional.class) {
            required.add(name);
          }
        });
    schema.set("properties", properties);
    if (!required.isEmpty()) {
      required.forEach(schema.putArray("required")::add);
    }
    return schema;
  }

  private static String nameInJson(Class<?> type, RecordComponent component) {
    try {
      JsonProperty renamed =
          type.getDeclaredField(component.getName()).getAnnotation(JsonProperty.class);
      return renamed == null ? component.getName() : renamed.value();
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  private ObjectNode field(Class<?> owner, RecordComponent component) {
    Type type = component.getGenericType();
    if (component.getType() == Optional.class) {
      type = argument(type, 0);
    }
    ObjectNode schema = schema(type);
    Class<?> raw = raw(type);
    Optional<String> description =
        COMMENTS.ofComponent(owner, component.getName()).or(() -> COMMENTS.ofType(raw));
    if (description.isEmpty()) {
      undescribed.add(owner.getSimpleName() + "." + component.getName());
    }
    String known = raw.isEnum() ? ". In this version one of " + String.join(", ", values(raw)) : "";
    return schema.put("description", description.orElse("") + known);
  }

  private ObjectNode schema(Type type) {
    Class<?> raw = raw(type);
    ObjectNode schema = Json.mapper().createObjectNode();
    if (Collection.class.isAssignableFrom(raw)) {
      schema.put("type", "array").set("items", schema(argument(type, 0)));
      return schema;
    }
    if (Map.class.isAssignableFrom(raw)) {
      schema.put("type", "object").set("additionalProperties", schema(argument(type, 1)));
      return schema;
    }
    if (raw == byte[].class) {
      return schema.put("type", "string").put("contentEncoding", "base64");
    }
    if (TEXTS.contains(raw)) {
      return schema.put("type", "string");
    }
    if (raw == Instant.class) {
      return schema.put("type", "string").put("format", "date-time");
    }
    if (raw == Duration.class) {
      // the format "duration" of JSON Schema has no fractions of a second
      return schema
          .put("type", "string")
          .put("pattern", "^PT(-?[0-9]+H)?(-?[0-9]+M)?(-?[0-9]+(\\.[0-9]+)?S)?$");
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return schema.put("type", "boolean");
    }
    if (raw == int.class || raw == Integer.class) {
      return schema.put("type", "integer").put("format", "int32");
    }
    if (raw == long.class || raw == Long.class) {
      return schema.put("type", "integer").put("format", "int64");
    }
    if (raw.isEnum()) {
      values(raw).forEach(schema.put("type", "string").putArray("examples")::add);
      return schema;
    }
    Optional<Type> scalar = scalar(raw);
    if (scalar.isPresent()) {
      return schema(scalar.get());
    }
    String name = name(raw);
    if (!inner.containsKey(name)) {
      inner.put(name, schema); // a type may contain itself
      inner.put(name, raw.isRecord() ? object(raw, Optional.empty()) : variants(raw));
    }
    return schema.put("$ref", "#/$defs/" + name);
  }

  /** Returns the schema of a sealed type, whose variants differ by a field. */
  private ObjectNode variants(Class<?> type) {
    JsonTypeInfo info = type.getAnnotation(JsonTypeInfo.class);
    JsonSubTypes subtypes = type.getAnnotation(JsonSubTypes.class);
    if (info == null || subtypes == null) {
      throw new IllegalStateException("cannot describe " + type.getName() + " in a schema");
    }
    ObjectNode schema = described(type);
    ArrayNode variants = schema.putArray("anyOf");
    ObjectNode other =
        Json.mapper()
            .createObjectNode()
            .put("title", name(type) + "Other")
            .put("description", "A variant of a later version")
            .put("type", "object");
    ArrayNode known =
        other
            .putObject("properties")
            .putObject(info.property())
            .put("type", "string")
            .put("description", "The variant")
            .putObject("not")
            .putArray("enum");
    other.putArray("required").add(info.property());
    for (JsonSubTypes.Type variant : subtypes.value()) {
      String name = name(variant.value());
      inner.put(
          name, object(variant.value(), Optional.of(Map.entry(info.property(), variant.name()))));
      variants.addObject().put("$ref", "#/$defs/" + name);
      known.add(variant.name());
    }
    variants.add(other);
    return schema;
  }

  private ObjectNode described(Class<?> type) {
    Optional<String> description = COMMENTS.ofType(type);
    if (description.isEmpty()) {
      undescribed.add(type.getSimpleName());
    }
    return Json.mapper()
        .createObjectNode()
        .put("title", name(type))
        .put("description", description.orElse(""));
  }

  /** Returns the values that this version writes: not the one that stands for later values. */
  private static List<String> values(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .filter(value -> !isForLaterValues(type, (Enum<?>) value))
        .map(value -> Json.mapper().convertValue(value, String.class))
        .toList();
  }

  private static boolean isForLaterValues(Class<?> type, Enum<?> value) {
    try {
      return type.getField(value.name()).isAnnotationPresent(JsonEnumDefaultValue.class);
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the type of the JSON value of a class that wraps one, such as a name. */
  private static Optional<Type> scalar(Class<?> type) {
    return Stream.<AnnotatedElement>concat(
            Arrays.stream(type.getDeclaredFields()), Arrays.stream(type.getDeclaredMethods()))
        .filter(member -> member.isAnnotationPresent(JsonValue.class))
        .findFirst()
        .map(
            member ->
                switch ((Member) member) {
                  case java.lang.reflect.Field field -> field.getGenericType();
                  case java.lang.reflect.Method method -> method.getGenericReturnType();
                  default -> throw new IllegalStateException(member.toString());
                });
  }

  private static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType of ? of.getRawType() : type);
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }
}
