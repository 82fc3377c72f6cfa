package dev.sluice.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Place in an object that managers can own: a field, or an element of a list.
 *
 * @param path path from the root of the object
 * @param parent the list element that contains it, if any; owners of the place own the element too
 * @param values possible values; an element is either present ({@code true}) or absent
 * @param presence whether an applier of the parent has to apply the place, since the API server
 *     refuses an object without it
 * @param otherwise value that the API server sets if the parent is present and the place is not
 */
record Place(
    List<Step> path,
    Optional<Place> parent,
    List<JsonNode> values,
    Presence presence,
    Optional<JsonNode> otherwise) {

  /** Whether the place is required. */
  enum Presence {
    OPTIONAL,
    REQUIRED
  }

  /** Field of an object, or the element with the given keys of the list in that field. */
  record Step(String field, Optional<ObjectNode> element) {

    private JsonNode in(JsonNode object) {
      JsonNode value = object.path(field);
      return element.map(keys -> find(value, keys)).orElse(value);
    }

    private static JsonNode find(JsonNode list, ObjectNode keys) {
      for (JsonNode item : list) {
        if (keys.properties().stream()
            .allMatch(key -> key.getValue().equals(item.get(key.getKey())))) {
          return item;
        }
      }
      return MissingNode.getInstance();
    }

    /** Returns the value in the FieldsV1 format. */
    private JsonNode among(JsonNode fields) {
      JsonNode value = fields.path("f:" + field);
      return element.map(keys -> value.path("k:" + keys)).orElse(value);
    }

    /** Returns the object at this step, created if it is missing. */
    private ObjectNode enter(ObjectNode object) {
      if (element.isEmpty()) {
        return object.withObjectProperty(field);
      }
      JsonNode found = find(object.path(field), element.get());
      return found instanceof ObjectNode item
          ? item
          : object.withArrayProperty(field).addObject().setAll(element.get());
    }

    @Override
    public String toString() {
      return field + element.map(ObjectNode::toString).orElse("");
    }
  }

  /** Returns a field at a path of plain names. */
  static Place field(List<JsonNode> values, String... names) {
    List<Step> path = new ArrayList<>();
    for (String name : names) {
      path.add(new Step(name, Optional.empty()));
    }
    return new Place(path, Optional.empty(), values, Presence.OPTIONAL, Optional.empty());
  }

  /** Returns the element with these keys of the list at this place. */
  Place elementOf(ObjectNode keys) {
    List<Step> steps = new ArrayList<>(path);
    steps.set(steps.size() - 1, new Step(path.getLast().field(), Optional.of(keys)));
    return new Place(steps, parent, List.of(BooleanNode.TRUE), Presence.OPTIONAL, Optional.empty());
  }

  /** Returns a field of this element. */
  Place with(String field, JsonNode... values) {
    List<Step> steps = new ArrayList<>(path);
    steps.add(new Step(field, Optional.empty()));
    return new Place(
        steps, Optional.of(this), List.of(values), Presence.OPTIONAL, Optional.empty());
  }

  Place required() {
    return new Place(path, parent, values, Presence.REQUIRED, otherwise);
  }

  Place or(JsonNode otherwise) {
    return new Place(path, parent, values, presence, Optional.of(otherwise));
  }

  boolean isRequired() {
    return presence == Presence.REQUIRED;
  }

  private boolean isElement() {
    return path.getLast().element().isPresent();
  }

  /** Returns the value at this place. */
  Optional<JsonNode> in(JsonNode object) {
    JsonNode at = object;
    for (Step step : path) {
      at = step.in(at);
    }
    if (at.isMissingNode()) {
      return Optional.empty();
    }
    return Optional.of(isElement() ? BooleanNode.TRUE : at);
  }

  /** Returns whether a FieldsV1 value contains the place. */
  boolean isIn(JsonNode fields) {
    JsonNode at = fields;
    for (Step step : path) {
      at = step.among(at);
    }
    return isElement() ? at.has(".") : !at.isMissingNode();
  }

  void write(ObjectNode object, JsonNode value) {
    ObjectNode at = object;
    for (Step step : path.subList(0, path.size() - 1)) {
      at = step.enter(at);
    }
    if (isElement()) {
      path.getLast().enter(at);
    } else {
      at.set(path.getLast().field(), value);
    }
  }

  @Override
  public String toString() {
    return path.stream().map(Step::toString).collect(Collectors.joining("."));
  }
}
