package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.worker.manifest.Ownership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields in which a live object differs from the result of a dry run, without those that
 * servers and Sluice write themselves. A list is shown as a whole if it has more or fewer elements,
 * or has them in another order. Pure.
 *
 * <p>For a Secret only field names are shown, never values: neither of its data nor of its
 * annotations, where tools keep copies of it.
 */
public final class FieldDifferences {

  private static final String HIDDEN = "***";
  private static final int MAX_FIELDS = 200;
  private static final int MAX_VALUE = 200;
  private static final Set<String> OF_THE_SERVER =
      Set.of(
          "managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink");

  private final List<Field> found = new ArrayList<>();
  private final boolean secret;

  private FieldDifferences(boolean secret) {
    this.secret = secret;
  }

  /** Returns the fields that differ, in their order in the objects. */
  public static List<Field> between(ObjectNode live, ObjectNode wanted) {
    FieldDifferences differences = new FieldDifferences(isSecret(wanted));
    differences.objects("", plain(live), plain(wanted));
    return differences.found.size() <= MAX_FIELDS
        ? List.copyOf(differences.found)
        : differences.shortened();
  }

  /** Returns whether values, and messages that may quote them, must not be shown. */
  public static boolean isSecret(JsonNode object) {
    return object.path("kind").asText().equals("Secret")
        && object.path("apiVersion").asText().equals("v1");
  }

  private List<Field> shortened() {
    List<Field> first = new ArrayList<>(found.subList(0, MAX_FIELDS));
    first.add(
        new Field(
            "... and %d fields more".formatted(found.size() - MAX_FIELDS),
            Optional.empty(),
            Optional.empty()));
    return List.copyOf(first);
  }

  private static ObjectNode plain(ObjectNode object) {
    ObjectNode plain = object.deepCopy();
    plain.remove("status");
    if (plain.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove(OF_THE_SERVER);
      // always there, so that each annotation is compared by itself
      ObjectNode annotations =
          metadata.path("annotations") instanceof ObjectNode found
              ? found
              : metadata.putObject("annotations");
      annotations.remove(Set.of(Ownership.GENERATION_ANNOTATION, LastApplied.ANNOTATION));
    }
    return plain;
  }

  private void objects(String path, JsonNode live, JsonNode wanted) {
    Set<String> names = new TreeSet<>();
    live.fieldNames().forEachRemaining(names::add);
    wanted.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      compare(FieldPath.field(path, name), live.path(name), wanted.path(name));
    }
  }

  private void compare(String path, JsonNode live, JsonNode wanted) {
    if (live.equals(wanted)) {
      return;
    }
    // a field that only one side has is shown with everything below it; for Secrets only the names
    // below are shown
    boolean both = live.isObject() && wanted.isObject();
    boolean either = live.isObject() || wanted.isObject();
    if (both || (secret && either)) {
      objects(path, live, wanted);
    } else if (live instanceof ArrayNode one
        && wanted instanceof ArrayNode other
        && one.size() == other.size()
        && !ListKeys.isReordered(one, other)) {
      for (int i = 0; i < one.size(); i++) {
        compare(FieldPath.element(path, i), one.get(i), other.get(i));
      }
    } else {
      found.add(new Field(FieldPath.shortened(path), value(path, live), value(path, wanted)));
    }
  }

  private Optional<String> value(String path, JsonNode value) {
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (secret && !isHarmless(path)) {
      return Optional.of(HIDDEN);
    }
    return Optional.of(shortened(value.toString()));
  }

  private static String shortened(String text) {
    return text.length() <= MAX_VALUE ? text : text.substring(0, MAX_VALUE - 3) + "...";
  }

  private static boolean isHarmless(String path) {
    return path.equals("type") || path.equals("immutable") || path.startsWith("metadata.labels");
  }
}
