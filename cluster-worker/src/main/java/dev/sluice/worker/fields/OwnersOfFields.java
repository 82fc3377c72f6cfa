package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.OwnedFields;
import dev.sluice.contract.event.OwnedFields.Effect;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.api.ClusterApi;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of a live object that other field managers own, and what an apply does to their
 * ownership. Pure. The status, and what another Sluice wrote without an apply, is left out.
 */
public final class OwnersOfFields {

  private static final int MAX_FIELDS = 100;

  private final JsonNode ownedThen;
  private final Map<Effect, List<String>> fields = new EnumMap<>(Effect.class);

  private OwnersOfFields(JsonNode ownedThen) {
    this.ownedThen = ownedThen;
  }

  /**
   * One field in the versions of an object; a version that does not have it is missing.
   *
   * @param stated in Git
   * @param after the apply
   */
  private record Versions(JsonNode live, JsonNode stated, JsonNode after) {

    Versions field(String name) {
      return new Versions(live.path(name), stated.path(name), after.path(name));
    }

    Versions element(String entry) {
      return new Versions(
          FieldNames.element(entry, live),
          FieldNames.element(entry, stated),
          FieldNames.element(entry, after));
    }

    boolean isStated() {
      return !stated.isMissingNode();
    }

    boolean isUnchanged() {
      return live.equals(after);
    }
  }

  /**
   * Returns the fields by manager and effect.
   *
   * @param stated the object as it is applied
   * @param managedFields the live object's at the time of the apply: without what is taken over
   * @param after the result of the apply; the live object if the apply is refused
   */
  public static List<OwnedFields> of(
      ObjectRef ref, ObjectNode live, JsonNode stated, JsonNode managedFields, JsonNode after) {
    List<OwnedFields> all = new ArrayList<>();
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      String manager = FieldManagers.name(entry);
      if (manager.equals(ClusterApi.FIELD_MANAGER)) {
        continue;
      }
      OwnersOfFields owned = new OwnersOfFields(sameEntry(entry, managedFields).path("fieldsV1"));
      owned.walk("", entry.path("fieldsV1"), owned.ownedThen, new Versions(live, stated, after));
      owned.fields.forEach(
          (effect, paths) ->
              all.add(
                  new OwnedFields(
                      ref,
                      manager,
                      time(entry),
                      effect,
                      paths.subList(0, Math.min(paths.size(), MAX_FIELDS)),
                      Math.max(0, paths.size() - MAX_FIELDS))));
    }
    return all;
  }

  private void walk(String path, JsonNode fields, JsonNode then, Versions at) {
    for (var each : fields.properties()) {
      String name = each.getKey();
      Optional<String> field = FieldNames.field(name);
      boolean isStatus = path.isEmpty() && name.equals(FieldNames.ofField("status"));
      // an element is named by its fields, unless it has none
      boolean isParent = name.equals(FieldNames.ITSELF) && fields.size() > 1;
      if (isStatus || isParent) {
        continue;
      }
      String below = field.map(one -> FieldPath.field(path, one)).orElse(path);
      Versions versions = field.map(at::field).orElse(at);
      if (field.isEmpty() && !name.equals(FieldNames.ITSELF)) {
        versions = at.element(name);
        below = element(path, name, at.live(), versions.live());
      }
      if (each.getValue().isEmpty()) {
        add(below, effect(name, then.has(name), versions));
      } else {
        walk(below, each.getValue(), then.path(name), versions);
      }
    }
  }

  /** Returns the effect on a field; {@code kept} if its manager owns it until the apply. */
  private static Effect effect(String name, boolean kept, Versions versions) {
    if (!kept) {
      return Effect.TAKEN_OVER;
    }
    if (!versions.isStated()) {
      return Effect.KEPT;
    }
    boolean shared = name.equals(FieldNames.ITSELF) || versions.isUnchanged();
    return shared ? Effect.SHARED : Effect.TAKEN_OVER;
  }

  private void add(String path, Effect effect) {
    fields.computeIfAbsent(effect, any -> new ArrayList<>()).add(FieldPath.shortened(path));
  }

  @SuppressWarnings("ReferenceEquality") // equal elements are not the one
  private static String element(String path, String entry, JsonNode list, JsonNode element) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) == element) {
        return FieldPath.element(path, i);
      }
    }
    return "%s[%s]".formatted(path, entry.substring(2));
  }

  /** Returns the entry of the same manager; missing if there is none. */
  private static JsonNode sameEntry(JsonNode entry, JsonNode managedFields) {
    for (JsonNode other : managedFields) {
      boolean same =
          List.of("manager", "operation", "apiVersion", "subresource").stream()
              .allMatch(name -> other.path(name).equals(entry.path(name)));
      if (same) {
        return other;
      }
    }
    return Json.mapper().missingNode();
  }

  private static Optional<Instant> time(JsonNode entry) {
    try {
      return Optional.of(Instant.parse(entry.path("time").asText("")));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
