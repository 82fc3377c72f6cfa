package dev.sluice.worker.fields;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.api.ClusterApi;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who owns the fields of a live object, as its {@code managedFields} say. When another manager
 * changes or removes a field that Sluice applied, the API server takes the field out of Sluice's
 * entry. So the object is as Sluice left it as long as that entry names the same fields (KEP-555).
 */
public final class FieldOwnership {

  private static final int DIGEST_BYTES = 9;

  private FieldOwnership() {}

  /** Returns a short digest of the fields that Sluice owns; empty if it owns none. */
  public static Optional<String> digest(JsonNode live) {
    JsonNode own = own(live);
    return own.isEmpty() ? Optional.empty() : Optional.of(digestOf(own));
  }

  /**
   * Returns the writers of the fields that Sluice would own again.
   *
   * @param before the object with their changes
   * @param after the object after Sluice has applied it again
   */
  public static List<FieldWriter> writers(JsonNode before, JsonNode after) {
    // a preview by a patch has them in an entry beside that of the last apply
    List<JsonNode> lost = new ArrayList<>();
    for (JsonNode entry : after.path("metadata").path("managedFields")) {
      if (FieldManagers.name(entry).equals(ClusterApi.FIELD_MANAGER)) {
        lost.add(FieldNames.without(entry.path("fieldsV1"), own(before)));
      }
    }
    List<FieldWriter> writers = new ArrayList<>();
    for (JsonNode entry : before.path("metadata").path("managedFields")) {
      if (!FieldManagers.isOwn(entry)
          && lost.stream().anyMatch(fields -> FieldNames.meet(fields, entry.path("fieldsV1")))) {
        writers.add(writer(entry));
      }
    }
    return writers;
  }

  /** Returns all writers of an object but Sluice and those of its status. */
  public static List<FieldWriter> others(JsonNode live) {
    List<FieldWriter> writers = new ArrayList<>();
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (!FieldManagers.isOwn(entry) && !entry.path("subresource").asText("").equals("status")) {
        writers.add(writer(entry));
      }
    }
    return writers;
  }

  /**
   * Returns the managers other than Sluice that have lost fields of an object, in the order of
   * their names. Fields that a manager owns under another version of the kind, or by another
   * operation, are not lost. Those of subresources are left out.
   */
  public static List<String> dispossessed(JsonNode before, JsonNode after) {
    Map<String, ObjectNode> left = byManager(after);
    List<String> managers = new ArrayList<>();
    byManager(before)
        .forEach(
            (manager, fields) -> {
              JsonNode kept = left.getOrDefault(manager, Json.mapper().createObjectNode());
              if (!FieldNames.without(fields, kept).isEmpty()) {
                managers.add(manager);
              }
            });
    return managers;
  }

  private static SortedMap<String, ObjectNode> byManager(JsonNode live) {
    SortedMap<String, ObjectNode> managers = new TreeMap<>();
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      String name = FieldManagers.name(entry);
      if (!name.equals(ClusterApi.FIELD_MANAGER) && !entry.hasNonNull("subresource")) {
        FieldNames.join(
            managers.computeIfAbsent(name, _ -> Json.mapper().createObjectNode()),
            entry.path("fieldsV1"));
      }
    }
    return managers;
  }

  /**
   * Returns whether nobody but Sluice, in one version of the kind, owns fields of an object, except
   * for its status.
   */
  public static boolean isExclusive(JsonNode live, String apiVersion) {
    boolean isOwn = false;
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (FieldManagers.isOwn(entry) && entry.path("apiVersion").asText("").equals(apiVersion)) {
        isOwn = true;
      } else if (!entry.path("subresource").asText("").equals("status")) {
        return false;
      }
    }
    return isOwn;
  }

  /** Returns whether Sluice owns the same fields in both. */
  public static boolean isSame(JsonNode before, JsonNode after) {
    return own(before).equals(own(after));
  }

  /** Returns whether Sluice applied the field at a path of names. */
  public static boolean isApplied(JsonNode live, String... path) {
    return has(own(live), path);
  }

  /** Returns whether one of the managers owns the field at a path of names; any, without a path. */
  public static boolean owns(JsonNode live, Set<String> managers, String... path) {
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (managers.contains(FieldManagers.name(entry))
          && !entry.hasNonNull("subresource")
          && has(entry.path("fieldsV1"), path)) {
        return true;
      }
    }
    return false;
  }

  private static boolean has(JsonNode fields, String... path) {
    JsonNode below = fields;
    for (String name : path) {
      below = below.path(FieldNames.ofField(name));
    }
    return !below.isMissingNode();
  }

  static JsonNode own(JsonNode live) {
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (FieldManagers.isOwn(entry)) {
        return entry.path("fieldsV1");
      }
    }
    return Json.mapper().missingNode();
  }

  private static FieldWriter writer(JsonNode entry) {
    return new FieldWriter(
        FieldManagers.name(entry),
        entry.path("operation").asText(""),
        Optional.of(entry.path("subresource").asText("")).filter(name -> !name.isEmpty()),
        time(entry.path("time").asText("")));
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static String digestOf(JsonNode fields) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, fields);
      byte[] bytes = new byte[DIGEST_BYTES];
      System.arraycopy(digest.digest(), 0, bytes, 0, DIGEST_BYTES);
      return Base64.getUrlEncoder().encodeToString(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is always there", e);
    }
  }

  /** Adds fields in a fixed order. */
  private static void add(MessageDigest digest, JsonNode fields) {
    digest.update((byte) '{');
    fields.properties().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            field -> {
              digest.update(field.getKey().getBytes(UTF_8));
              digest.update((byte) 0);
              add(digest, field.getValue());
            });
    digest.update((byte) '}');
  }
}
