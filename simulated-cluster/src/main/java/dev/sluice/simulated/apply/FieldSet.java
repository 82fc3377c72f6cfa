package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.schema.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Set of field paths, stored as a tree: the fields that one manager owns.
 *
 * <p>Membership of a path does not imply membership of the paths below it. Operations return new
 * sets; only {@link #insert} changes a set, while it is being built.
 */
public final class FieldSet {
  private final NavigableSet<PathElement> members = new TreeSet<>();
  private final NavigableMap<PathElement, FieldSet> children = new TreeMap<>();

  /** Adds a path; the empty path is never a member. */
  public FieldSet insert(List<PathElement> path) {
    if (path.isEmpty()) {
      return this;
    }
    FieldSet at = this;
    for (PathElement element : path.subList(0, path.size() - 1)) {
      at = at.children.computeIfAbsent(element, e -> new FieldSet());
    }
    at.members.add(path.getLast());
    return this;
  }

  public boolean isEmpty() {
    return members.isEmpty() && children.values().stream().allMatch(FieldSet::isEmpty);
  }

  /** Returns whether the path of this single element is a member. */
  public boolean has(PathElement element) {
    return members.contains(element);
  }

  /** Returns the members below an element. */
  public FieldSet below(PathElement element) {
    return children.getOrDefault(element, new FieldSet());
  }

  public FieldSet union(FieldSet other) {
    FieldSet result = new FieldSet();
    result.members.addAll(members);
    result.members.addAll(other.members);
    children.forEach((e, set) -> result.children.put(e, set.union(other.below(e))));
    other.children.forEach((e, set) -> result.children.putIfAbsent(e, set.union(new FieldSet())));
    return result;
  }

  public FieldSet intersection(FieldSet other) {
    FieldSet result = new FieldSet();
    result.members.addAll(members);
    result.members.retainAll(other.members);
    children.forEach((e, set) -> result.keep(e, set.intersection(other.below(e))));
    return result;
  }

  public FieldSet difference(FieldSet other) {
    FieldSet result = new FieldSet();
    result.members.addAll(members);
    result.members.removeAll(other.members);
    children.forEach((e, set) -> result.keep(e, set.difference(other.below(e))));
    return result;
  }

  /** Returns this set without the other's members and everything below them. */
  public FieldSet recursiveDifference(FieldSet other) {
    FieldSet result = new FieldSet();
    result.members.addAll(members);
    result.members.removeAll(other.members);
    children.forEach(
        (e, set) -> {
          if (!other.has(e)) {
            result.keep(e, set.recursiveDifference(other.below(e)));
          }
        });
    return result;
  }

  private void keep(PathElement element, FieldSet set) {
    if (!set.isEmpty()) {
      children.put(element, set);
    }
  }

  /**
   * Returns this set, with every declared field that has members below it added as a member.
   *
   * <p>A struct's fields are never claimed on their own, so removing everything that a manager
   * owned below such a field has to remove the field itself.
   */
  public FieldSet withNamedFields(Type type) {
    FieldSet result = new FieldSet();
    result.members.addAll(members);
    children.forEach(
        (element, set) -> {
          if (element instanceof PathElement.Name(String name)
              && type instanceof Type.Struct struct
              && struct.fields().containsKey(name)) {
            result.members.add(element);
          }
          result.keep(element, set.withNamedFields(descend(type, element)));
        });
    return result;
  }

  private static Type descend(Type type, PathElement element) {
    return switch (element) {
      case PathElement.Name(String name) -> type.child(name).orElseGet(Type.Any::new);
      case PathElement.Key k -> elementOf(type);
      case PathElement.Value v -> elementOf(type);
      case PathElement.Index i -> elementOf(type);
    };
  }

  private static Type elementOf(Type type) {
    return type instanceof Type.ListOf(Type element, Type.ListKind kind) ? element : new Type.Any();
  }

  /** Returns all member paths in order. */
  public List<List<PathElement>> paths() {
    List<List<PathElement>> result = new ArrayList<>();
    walk(List.of(), (path, set) -> result.add(path));
    return result;
  }

  private void walk(List<PathElement> prefix, BiConsumer<List<PathElement>, FieldSet> visitor) {
    NavigableSet<PathElement> steps = new TreeSet<>(members);
    steps.addAll(children.keySet());
    for (PathElement step : steps) {
      List<PathElement> path = new ArrayList<>(prefix);
      path.add(step);
      if (members.contains(step)) {
        visitor.accept(path, this);
      }
      below(step).walk(path, visitor);
    }
  }

  /**
   * Returns a path in the format of conflict messages, such as {@code
   * .spec.containers[name="app"].image}.
   */
  public static String show(List<PathElement> path) {
    StringBuilder text = new StringBuilder();
    path.forEach(text::append);
    return text.toString();
  }

  /** Returns this set in the {@code FieldsV1} format. */
  public ObjectNode encode() {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    NavigableSet<PathElement> steps = new TreeSet<>(members);
    steps.addAll(children.keySet());
    for (PathElement step : steps) {
      FieldSet below = below(step);
      ObjectNode value = JsonNodeFactory.instance.objectNode();
      if (members.contains(step) && !below.isEmpty()) {
        value.putObject(".");
      }
      value.setAll(below.encode());
      result.set(step.encode(), value);
    }
    return result;
  }

  /**
   * Parses the {@code FieldsV1} format.
   *
   * @throws IllegalArgumentException if the format is invalid
   */
  public static FieldSet decode(JsonNode fields) {
    FieldSet result = new FieldSet();
    fields
        .properties()
        .forEach(
            entry -> {
              if (entry.getKey().equals(".")) {
                return;
              }
              PathElement step = PathElement.decode(entry.getKey());
              JsonNode value = entry.getValue();
              if (value.isEmpty() || value.has(".")) {
                result.members.add(step);
              }
              result.keep(step, decode(value));
            });
    return result;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FieldSet set && encode().equals(set.encode());
  }

  @Override
  public int hashCode() {
    return encode().hashCode();
  }

  @Override
  public String toString() {
    return encode().toString();
  }
}
