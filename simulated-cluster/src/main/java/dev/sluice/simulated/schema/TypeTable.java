package dev.sluice.simulated.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.simulated.schema.Type.Field;
import dev.sluice.simulated.schema.Type.ListKind;
import dev.sluice.simulated.schema.Type.ScalarKind;
import dev.sluice.simulated.schema.Type.Struct;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Table of built-in types, read from {@code kubernetes.types}.
 *
 * <p>A type starts at the margin: {@code Name}, {@code Name atomic}. Its fields follow, indented:
 * {@code field field!: type}, where {@code !} marks required fields. Types are the name of a
 * scalar, {@code any}, the name of another type, {@code [T]} (atomic), {@code [T] set}, {@code [T]
 * by key,key=default}, <code>{T}</code> or <code>{T} atomic</code>.
 */
public final class TypeTable {
  private static final String RESOURCE = "kubernetes.types";

  private final Map<String, Struct> structs = new LinkedHashMap<>();

  private TypeTable() {}

  /** Returns the table of the built-in kinds. */
  public static TypeTable builtIn() {
    try (InputStream in = TypeTable.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is missing");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TypeTable parse(String text) {
    TypeTable table = new TypeTable();
    List<String> lines =
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    for (String line : lines) {
      if (!line.startsWith(" ")) {
        String[] words = line.split(" ", -1);
        boolean atomic = words.length > 1 && words[1].equals("atomic");
        if (table.structs.put(words[0], new Struct(words[0], atomic, false)) != null) {
          throw new IllegalArgumentException("type " + words[0] + " is there twice");
        }
      }
    }
    Struct current = null;
    for (String line : lines) {
      if (!line.startsWith(" ")) {
        current = table.type(line.split(" ", -1)[0]);
        continue;
      }
      int colon = line.indexOf(':');
      if (current == null || colon < 0) {
        throw new IllegalArgumentException("not a field: " + line);
      }
      Type type = table.typeOf(line.substring(colon + 1).strip());
      for (String word : line.substring(0, colon).strip().split("[ ,]+", -1)) {
        boolean required = word.endsWith("!");
        String name = required ? word.substring(0, word.length() - 1) : word;
        current.declare(name, new Field(type, required));
      }
    }
    return table;
  }

  /**
   * Returns the type with a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Struct type(String name) {
    Struct struct = structs.get(name);
    if (struct == null) {
      throw new IllegalArgumentException("no type named " + name);
    }
    return struct;
  }

  /** Returns all types by name, in the order of the table. */
  public Map<String, Struct> types() {
    return structs;
  }

  private Type typeOf(String text) {
    if (text.startsWith("{")) {
      int end = text.lastIndexOf('}');
      return new Type.MapOf(typeOf(text.substring(1, end)), text.endsWith("atomic"));
    }
    if (text.startsWith("[")) {
      int end = text.lastIndexOf(']');
      return new Type.ListOf(
          typeOf(text.substring(1, end)), listKind(text.substring(end + 1).strip()));
    }
    if (text.equals("any")) {
      return new Type.Any();
    }
    return scalar(text).<Type>map(Type.Scalar::new).orElseGet(() -> type(text));
  }

  private static Optional<ScalarKind> scalar(String text) {
    return Arrays.stream(ScalarKind.values())
        .filter(kind -> kind.name().toLowerCase(Locale.ROOT).replace("_", "-").equals(text))
        .findFirst();
  }

  private static ListKind listKind(String text) {
    if (text.isEmpty()) {
      return new ListKind.Atomic();
    }
    if (text.equals("set")) {
      return new ListKind.Set();
    }
    if (!text.startsWith("by ")) {
      throw new IllegalArgumentException("not a kind of list: " + text);
    }
    List<ListKind.Key> keys = new ArrayList<>();
    for (String key : text.substring(3).split(",", -1)) {
      int equals = key.indexOf('=');
      String field = equals < 0 ? key : key.substring(0, equals);
      keys.add(
          new ListKind.Key(
              field, Optional.of(otherwise(field, equals < 0 ? "" : key.substring(equals + 1)))));
    }
    return new ListKind.Keyed(keys);
  }

  /** Returns the value of a missing key: 0 for a port, otherwise a text. */
  private static JsonNode otherwise(String field, String text) {
    return field.toLowerCase(Locale.ROOT).endsWith("port")
        ? JsonNodeFactory.instance.numberNode(0)
        : JsonNodeFactory.instance.textNode(text);
  }
}
