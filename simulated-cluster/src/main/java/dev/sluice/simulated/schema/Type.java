package dev.sluice.simulated.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Type of a JSON value: the allowed values, and the granularity of ownership in server-side apply.
 *
 * <p>Built-in kinds and custom resources share this model, so that decoding, ownership, strategic
 * merge and the published OpenAPI cannot disagree about a field.
 */
public sealed interface Type {

  /** Scalar value. */
  record Scalar(ScalarKind kind) implements Type {}

  /** Value of unknown type: maps are owned by key, lists as a whole. */
  record Any() implements Type {}

  /** JSON object with arbitrary keys. */
  record MapOf(Type element, boolean atomic) implements Type {}

  /** JSON array. */
  record ListOf(Type element, ListKind kind) implements Type {}

  /**
   * JSON object with declared fields.
   *
   * <p>Fields are added after construction, since types may contain themselves.
   */
  final class Struct implements Type {
    private final String name;
    private final boolean atomic;
    private final boolean open;
    private final Map<String, Field> fields = new LinkedHashMap<>();

    /**
     * Creates a type without fields.
     *
     * @param atomic whether one manager owns the whole value
     * @param open whether undeclared fields are kept
     */
    public Struct(String name, boolean atomic, boolean open) {
      this.name = name;
      this.atomic = atomic;
      this.open = open;
    }

    public String name() {
      return name;
    }

    public boolean atomic() {
      return atomic;
    }

    public boolean open() {
      return open;
    }

    public Map<String, Field> fields() {
      return fields;
    }

    /** Adds a field and returns this type, for types that are built step by step. */
    public Struct declare(String field, Field declared) {
      fields.put(field, declared);
      return this;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Declared field: its type, and whether the API server refuses an object without it. */
  record Field(Type type, boolean required) {}

  /** Identity of the elements of a list. */
  sealed interface ListKind {
    /** One manager owns the whole list. */
    record Atomic() implements ListKind {}

    /** Elements are scalars, each owned separately. */
    record Set() implements ListKind {}

    /** Elements are objects, identified by the values of some fields. */
    record Keyed(List<Key> keys) implements ListKind {
      public Keyed {
        keys = List.copyOf(keys);
      }
    }

    /** Field that identifies elements, with its value if absent. */
    record Key(String field, Optional<JsonNode> otherwise) {}
  }

  /** The kinds of scalars. */
  enum ScalarKind {
    STRING,
    INT32,
    INT64,
    NUMBER,
    BOOLEAN,
    INT_OR_STRING,
    QUANTITY,
    TIME,
    BYTES
  }

  /** Returns the type of the value under {@code key}, if this type declares one. */
  default Optional<Type> child(String key) {
    return switch (this) {
      case Struct struct ->
          Optional.ofNullable(struct.fields().get(key))
              .map(Field::type)
              .or(() -> struct.open() ? Optional.of(new Any()) : Optional.empty());
      case MapOf map -> Optional.of(map.element());
      case Any any -> Optional.of(any);
      case Scalar ignored -> Optional.empty();
      case ListOf ignored -> Optional.empty();
    };
  }
}
