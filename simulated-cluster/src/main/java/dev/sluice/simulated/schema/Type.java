package dev.sluice.simulated.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shape of a JSON value: what may stand there, and how server-side apply parts its ownership.
 *
 * <p>Built-in kinds and custom resources share this model, so that decoding, ownership, strategic
 * merge and the published OpenAPI can never disagree about a field.
 */
public sealed interface Type {

  /** A value without parts. */
  record Scalar(ScalarKind kind) implements Type {}

  /** A value about which nothing is known: maps are owned key by key, lists as a whole. */
  record Any() implements Type {}

  /** A JSON object with free keys. */
  record MapOf(Type element, boolean atomic) implements Type {}

  /** A JSON array. */
  record ListOf(Type element, ListKind kind) implements Type {}

  /**
   * A JSON object with declared fields.
   *
   * <p>The fields are filled in after construction, because types may contain themselves.
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

    /** The same type with one more field, for types that are finished step by step. */
    public Struct declare(String field, Field declared) {
      fields.put(field, declared);
      return this;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A declared field: its type, and whether the API server refuses an object without it. */
  record Field(Type type, boolean required) {}

  /** How the elements of a list are told apart. */
  sealed interface ListKind {
    /** One manager owns the whole list. */
    record Atomic() implements ListKind {}

    /** Elements are scalars, each owned by itself. */
    record Set() implements ListKind {}

    /** Elements are objects told apart by the values of some fields. */
    record Keyed(List<Key> keys) implements ListKind {
      public Keyed {
        keys = List.copyOf(keys);
      }
    }

    /** A field that tells elements apart, and the value it has where it is left out. */
    record Key(String field, Optional<JsonNode> otherwise) {}
  }

  /** What a scalar may be. */
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

  /** The type of the value under {@code key}, as far as this type says. */
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
