package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.fields.FieldManagers.Takeover;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes over fields from other field managers. As long as another manager co-owns a field, it stays
 * when the manifest drops it; once the field is ours, the next apply removes it unless Git states
 * it. (client-go's csaupgrade does the same for kubectl.)
 */
public final class FieldFold {

  private final Values object;
  private final ObjectNode ours;
  private final IgnoredFields ignored;

  /** Whether a field is taken over that the next apply alone would not take over. */
  private boolean isNeeded;

  private FieldFold(Values object, ObjectNode ours, IgnoredFields ignored) {
    this.object = object;
    this.ours = ours;
    this.ignored = ignored;
  }

  /**
   * The values at one path.
   *
   * @param wanted the one that Git states; missing if none
   * @param live the one that the object has
   */
  private record Values(JsonNode wanted, JsonNode live) {

    /** Returns the values of a field, or of an element of a list. */
    Values below(String name) {
      return FieldNames.field(name)
          .map(field -> new Values(wanted.path(field), live.path(field)))
          .orElseGet(
              () -> new Values(FieldNames.element(name, wanted), FieldNames.element(name, live)));
    }

    /** Returns whether Git states a value, and the object has another one. */
    boolean differ() {
      return wanted.isValueNode()
          && !wanted.isNull()
          && live.isValueNode()
          && !wanted.asText().equals(live.asText());
    }
  }

  /**
   * Returns the object's {@code managedFields} with those that Sluice takes over moved to its own
   * entry, and converted from versions that cannot be compared; empty if nothing changes, or if an
   * apply with force has the same effect, since Git states other values for all of these fields.
   *
   * @param desired the object in Git
   * @param precedence over the fields of others
   * @param ignored fields that stay with their managers
   * @param gone those of the {@linkplain #versions versions} in which the cluster does not serve
   *     the kind
   */
  public static Optional<ArrayNode> fold(
      JsonNode live,
      JsonNode desired,
      Precedence precedence,
      IgnoredFields ignored,
      Set<String> gone) {
    JsonNode entries = live.path("metadata").path("managedFields");
    FieldManagers managers = FieldManagers.of(live);
    ObjectNode own = own(entries, desired);
    FieldFold fold = new FieldFold(new Values(desired, live), own.withObject("/fieldsV1"), ignored);
    ArrayNode after = JsonNodeFactory.instance.arrayNode().add(own);
    boolean converted = isForeign(own, desired, gone);
    if (converted) {
      convert(own, live, desired);
    }
    boolean moved = false;
    for (JsonNode entry : entries) {
      if (FieldManagers.isOwn(entry)) {
        continue;
      }
      ObjectNode left = entry.deepCopy();
      if (gone.contains(version(left))) {
        convert(left, live, desired);
        converted = true;
      }
      Takeover takeover =
          ignored.coversManager(FieldManagers.name(entry))
              ? Takeover.NONE
              : managers.takeover(entry, precedence);
      if (takeover != Takeover.NONE) {
        fold.move(left.withObject("/fieldsV1"), takeover);
        moved |= !left.equals(entry);
      }
      if (!left.path("fieldsV1").isEmpty()) {
        after.add(left);
      }
    }
    boolean needed = converted || (moved && (fold.isNeeded || !precedence.force()));
    return needed ? Optional.of(after) : Optional.empty();
  }

  /**
   * Returns whether an apply without force that is refused is accepted after the fields of earlier
   * deployments are taken over.
   */
  public static boolean resolves(ApiException refusal, Precedence precedence) {
    return !refusal.causes().isEmpty()
        && refusal.causes().stream()
            .allMatch(cause -> FieldManagers.isConflictWithDeployer(cause, precedence));
  }

  /** Returns a copy of our entry; a new one if there is none. */
  static ObjectNode own(JsonNode entries, JsonNode desired) {
    for (JsonNode entry : entries) {
      if (FieldManagers.isOwn(entry)) {
        return entry.deepCopy();
      }
    }
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    own.put("manager", ClusterApi.FIELD_MANAGER)
        .put("operation", "Apply")
        .put("apiVersion", desired.path("apiVersion").asText())
        .put("fieldsType", "FieldsV1");
    return own;
  }

  /** Returns the versions in which other requests than Git's object set fields. */
  public static Set<String> versions(JsonNode live, JsonNode desired) {
    Set<String> versions = new TreeSet<>();
    live.path("metadata").path("managedFields").forEach(entry -> versions.add(version(entry)));
    versions.remove(version(desired));
    return versions;
  }

  /**
   * Returns whether the API server cannot compare our entry with Git's object. It would forget the
   * entry, so that nothing removes its fields, or refuse every apply of a custom resource.
   */
  private static boolean isForeign(JsonNode own, JsonNode desired, Set<String> gone) {
    return gone.contains(version(own)) || !group(version(own)).equals(group(version(desired)));
  }

  /** Converts an entry to the version of Git's object, with the fields that exist there too. */
  private static void convert(ObjectNode entry, JsonNode live, JsonNode desired) {
    entry.put("apiVersion", version(desired));
    entry.set("fieldsV1", FieldNames.present(entry.path("fieldsV1"), live));
  }

  private static String version(JsonNode object) {
    return object.path("apiVersion").asText("");
  }

  private static String group(String apiVersion) {
    return apiVersion.substring(0, Math.max(0, apiVersion.indexOf('/')));
  }

  private void move(ObjectNode fields, Takeover takeover) {
    ObjectNode taken = JsonNodeFactory.instance.objectNode();
    move(fields, taken, object, takeover, List.of());
    FieldNames.join(ours, taken);
  }

  /**
   * Moves fields.
   *
   * @param from the fields below the path; what is moved is removed
   * @param at the values at the path
   */
  private void move(
      ObjectNode from, ObjectNode into, Values at, Takeover takeover, List<String> path) {
    for (String name : names(from)) {
      if (name.equals(FieldNames.ITSELF) || !(from.path(name) instanceof ObjectNode below)) {
        continue;
      }
      Optional<String> field = FieldNames.field(name);
      Values valuesBelow = at.below(name);
      List<String> pathBelow = field.map(one -> child(path, one)).orElse(path);
      boolean kept =
          field.isPresent()
              && (ignored.coversField(pathBelow)
                  || (valuesBelow.wanted().isMissingNode() && KeptFields.contains(pathBelow)));
      if (kept) {
        continue;
      }
      boolean foreign =
          field.isEmpty() && at.wanted().isArray() && valuesBelow.wanted().isMissingNode();
      Takeover takeoverBelow = foreign ? Takeover.ALL : takeover;
      if (!below.isEmpty()) {
        ObjectNode taken = JsonNodeFactory.instance.objectNode();
        move(below, taken, valuesBelow, takeoverBelow, pathBelow);
        if (!taken.isEmpty()) {
          into.set(name, taken);
        }
        if (below.isEmpty()) {
          from.remove(name);
        }
      } else if (takeoverBelow == Takeover.ALL) {
        into.putObject(name);
        from.remove(name);
        isNeeded |= !valuesBelow.differ();
      }
    }
    if (takeover == Takeover.ALL && from.has(FieldNames.ITSELF)) {
      into.putObject(FieldNames.ITSELF);
      isNeeded = true;
    }
    boolean nothingElse = from.size() == 1 && from.has(FieldNames.ITSELF);
    if (nothingElse && (takeover == Takeover.ALL || !into.isEmpty())) {
      from.remove(FieldNames.ITSELF);
    }
  }

  private static List<String> names(ObjectNode fields) {
    List<String> names = new ArrayList<>();
    fields.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<String> child(List<String> path, String name) {
    List<String> child = new ArrayList<>(path);
    child.add(name);
    return child;
  }
}
