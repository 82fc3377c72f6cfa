package dev.sluice.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.json.Json;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A live object that a test edits at random, and what differs from Git by a comparison of the
 * test's own.
 */
final class EditedObject {

  /** Managers whose fields outside of Git are left alone when an object is put back. */
  private static final String CONTROLLER = "tuner-operator";

  private static final List<String> WRITERS = List.of("alice", "kubectl-edit", CONTROLLER);

  private final Resource<GenericKubernetesResource> resource;
  private final Shape shape;
  private JsonNode applied = Json.mapper().missingNode();

  /**
   * A manifest and its fields, as paths whose elements of lists are named by their keys, such as
   * {@code containers/name=c/image}.
   *
   * @param managed the fields that the manifest states
   * @param others fields that it does not state
   */
  record Shape(String manifest, List<Field> managed, List<Field> others) {}

  /**
   * A field and values for it in JSON. Some are other spellings of the value in Git.
   *
   * @param values values that edits set
   */
  record Field(String path, List<String> values) {

    static Field of(String path, String... values) {
      return new Field(path, List.of(values));
    }

    List<String> steps() {
      return List.of(path.split("/", -1));
    }
  }

  /** The drift of an object, as paths in the worker's notation. */
  record Drift(ObjectDrift.Kind kind, Set<String> fields) {}

  EditedObject(Bench bench, Shape shape) {
    this.shape = shape;
    GenericKubernetesResource parsed =
        Serialization.unmarshal(shape.manifest(), GenericKubernetesResource.class);
    this.resource =
        bench
            .fixture
            .client()
            .genericKubernetesResources(parsed.getApiVersion(), parsed.getKind())
            .inNamespace(bench.namespace)
            .withName(parsed.getMetadata().getName());
  }

  String name() {
    return live().path("metadata").path("name").asText();
  }

  String manifest() {
    return shape.manifest();
  }

  /** Notes that the object is now as Git says. */
  void applied() {
    applied = live();
  }

  JsonNode live() {
    GenericKubernetesResource live = resource.get();
    return live == null ? Json.mapper().missingNode() : tree(Serialization.asJson(live));
  }

  /** Makes a random edit, which the API server may refuse; returns a description. */
  String edit(Random random) {
    boolean isOther = random.nextInt(4) == 0;
    Field field = any(random, isOther ? shape.others() : shape.managed());
    String manager = isOther ? CONTROLLER : any(random, WRITERS);
    JsonNode value = tree(any(random, field.values()));
    String what;
    try {
      switch (random.nextInt(4)) {
        case 0 -> {
          what = "%s removes %s".formatted(manager, field.path());
          write(manager, without(field));
        }
        case 1 -> {
          what = "applier applies %s: %s".formatted(field.path(), value);
          apply(field, value);
        }
        default -> {
          what = "%s sets %s: %s".formatted(manager, field.path(), value);
          write(manager, with(field, value));
        }
      }
      return what;
    } catch (KubernetesClientException e) {
      return "an edit that was refused: " + e.getMessage();
    }
  }

  private static <T> T any(Random random, List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private JsonNode with(Field field, JsonNode value) {
    JsonNode edited = live();
    set(edited, field.steps(), value);
    return edited;
  }

  private JsonNode without(Field field) {
    JsonNode edited = live();
    List<String> steps = field.steps();
    JsonNode parent = edited;
    // the elements of these lists have no other fields
    boolean isElement = field.path().matches(".*/(env|ports)/[^/]*/[^/]*");
    int last = steps.size() - (isElement ? 2 : 1);
    for (String step : steps.subList(0, last)) {
      parent = child(parent, step);
    }
    if (parent instanceof ObjectNode object) {
      object.remove(steps.get(last));
    } else if (parent instanceof ArrayNode list) {
      JsonNode element = child(list, steps.get(last));
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i).equals(element)) {
          list.remove(i);
          break;
        }
      }
    }
    return edited;
  }

  /** Sets a field, with the objects and elements of lists on the way to it. */
  private static void set(JsonNode root, List<String> steps, JsonNode value) {
    JsonNode parent = root;
    for (int i = 0; i < steps.size() - 1; i++) {
      JsonNode next = child(parent, steps.get(i));
      if (next.isMissingNode()) {
        next =
            steps.get(i + 1).contains("=")
                ? Json.mapper().createArrayNode()
                : Json.mapper().createObjectNode();
        add(parent, steps.get(i), next);
      }
      parent = next;
    }
    add(parent, steps.getLast(), value);
  }

  private static void add(JsonNode parent, String step, JsonNode value) {
    if (parent instanceof ArrayNode list && value instanceof ObjectNode element) {
      for (String key : step.split(",", -1)) {
        String[] named = key.split("=", 2);
        element.set(named[0], tree(named[1].matches("\\d+") ? named[1] : '"' + named[1] + '"'));
      }
      list.add(element);
    } else if (parent instanceof ObjectNode object) {
      object.set(step, value);
    }
  }

  private static JsonNode child(JsonNode parent, String step) {
    if (!(parent instanceof ArrayNode list)) {
      return parent.path(step);
    }
    int index = index(list, step);
    return index < 0 ? Json.mapper().missingNode() : list.get(index);
  }

  /** Returns the place of an element of a list by its keys; -1 if there is none. */
  private static int index(ArrayNode list, String step) {
    for (int i = 0; i < list.size(); i++) {
      JsonNode element = list.get(i);
      if (List.of(step.split(",", -1)).stream()
          .allMatch(
              key -> element.path(key.split("=", 2)[0]).asText().equals(key.split("=", 2)[1]))) {
        return i;
      }
    }
    return -1;
  }

  /** Writes the object, as {@code kubectl edit} does. */
  private void write(String manager, JsonNode edited) {
    ArrayNode patch = Json.mapper().createArrayNode();
    for (String member : List.of("/spec", "/data", "/metadata/labels", "/metadata/annotations")) {
      JsonNode value = edited.at(member);
      JsonNode before = live().at(member);
      if (!value.equals(before)) {
        ObjectNode change = patch.addObject().put("path", member);
        if (value.isMissingNode()) {
          change.put("op", "remove");
        } else {
          change.put("op", "add").set("value", value);
        }
      }
    }
    var unused =
        resource.patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager(manager)
                .build(),
            patch.toString());
  }

  private void apply(Field field, JsonNode value) {
    ObjectNode partial = Json.mapper().createObjectNode();
    JsonNode live = live();
    partial.set("apiVersion", live.path("apiVersion"));
    partial.set("kind", live.path("kind"));
    partial.putObject("metadata").set("name", live.path("metadata").path("name"));
    set(partial, field.steps(), value);
    var unused =
        resource.patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("applier")
                .withForce(true)
                .build(),
            partial.toString());
  }

  /** Returns how the object differs from Git now; empty if it does not. */
  Optional<Drift> drift() {
    JsonNode live = live();
    if (live.isMissingNode()) {
      return Optional.of(new Drift(ObjectDrift.Kind.DELETED, Set.of()));
    }
    Set<String> paths = new TreeSet<>();
    for (Field field : shape.managed()) {
      if (!value(applied, field).equals(value(live, field))) {
        paths.add(shownPath(live, field));
      }
      reordered(live, field).ifPresent(paths::add);
    }
    paths.removeIf(path -> paths.stream().anyMatch(other -> isBelow(path, other)));
    if (!paths.isEmpty()) {
      return Optional.of(new Drift(ObjectDrift.Kind.CHANGED, paths));
    }
    return own(live).equals(own(applied))
        ? Optional.empty()
        : Optional.of(new Drift(ObjectDrift.Kind.TAKEN_OVER, Set.of()));
  }

  /** Returns the list on the way to a field whose elements of Git are in another order. */
  private Optional<String> reordered(JsonNode live, Field field) {
    List<String> steps = field.steps();
    for (int i = 1; i < steps.size(); i++) {
      String prefix = String.join("/", steps.subList(0, i));
      Field list = Field.of(prefix);
      if (steps.get(i).contains("=")
          && value(live, list) instanceof ArrayNode now
          && value(applied, list) instanceof ArrayNode then) {
        List<Integer> places =
            shape.managed().stream()
                .filter(other -> other.path().startsWith(prefix + "/"))
                .map(other -> other.steps().get(list.steps().size()))
                .distinct()
                .filter(key -> index(then, key) >= 0 && index(now, key) >= 0)
                .sorted(Comparator.comparing(key -> index(then, key)))
                .map(key -> index(now, key))
                .toList();
        if (!places.equals(places.stream().sorted().toList())) {
          return Optional.of(shownPath(live, list));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isBelow(String path, String other) {
    return path.startsWith(other + ".") || path.startsWith(other + "[");
  }

  private static JsonNode value(JsonNode root, Field field) {
    JsonNode value = root;
    for (String step : field.steps()) {
      value = child(value, step);
    }
    return value;
  }

  /** Returns the path at which a difference is shown: of the first part that is missing. */
  private static String shownPath(JsonNode live, Field field) {
    StringBuilder path = new StringBuilder();
    JsonNode value = live;
    for (String step : field.steps()) {
      if (value instanceof ArrayNode list) {
        int index = index(list, step);
        if (index < 0) {
          return path.toString();
        }
        path.append('[').append(index).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step);
      }
      value = child(value, step);
      if (value.isMissingNode()) {
        return path.toString();
      }
    }
    return path.toString();
  }

  private static JsonNode own(JsonNode live) {
    for (JsonNode entry : live.at("/metadata/managedFields")) {
      if (entry.path("manager").asText().equals("sluice")
          && entry.path("operation").asText().equals("Apply")) {
        return entry.path("fieldsV1");
      }
    }
    return Json.mapper().missingNode();
  }

  private static JsonNode tree(String json) {
    try {
      return Json.mapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
