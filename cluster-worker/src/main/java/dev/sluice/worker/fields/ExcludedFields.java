package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiException.Cause;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fields that the live object has, that Git does not state, and that exclude what Git states: the
 * rolling update that the API server set before Git said {@code Recreate}, or the value of a
 * variable that now has a {@code valueFrom}.
 *
 * <p>Server-side apply removes only what we applied before. So we claim these fields first, which
 * changes no value; the next apply removes them and sets Git's fields in one write. The fields are
 * found by the places that the API server names in its refusal: the field itself, those below and
 * above it, and its siblings. Siblings with defaults get them again.
 */
public final class ExcludedFields {

  private static final String ANY_ELEMENT = "*";
  private static final Pattern SEGMENT = Pattern.compile("\\[([^\\]]*)\\]|([^.\\[]+)");

  private final List<Place> refused;
  private final boolean force;
  private final List<List<String>> claimed = new ArrayList<>();
  private final ObjectNode own;
  private final ObjectNode others;

  /**
   * A claim of excluding fields, to be written before the object is applied again.
   *
   * @param managedFields the object's, with the claim
   * @param desired the object to apply then: Git's, without nulls for what is to be removed, since
   *     server-side apply keeps the value of a null that another manager or none owns
   */
  public record Claim(ArrayNode managedFields, ObjectNode desired) {}

  /**
   * A field that was refused.
   *
   * @param path names of fields, with {@code *} for elements of lists
   */
  private record Place(List<String> path, boolean duplicate) {

    static Place of(Cause cause) {
      List<String> path = new ArrayList<>();
      Matcher segments = SEGMENT.matcher(cause.field());
      while (segments.find()) {
        String index = segments.group(1);
        path.add(index == null ? segments.group(2) : index.matches("\\d+") ? ANY_ELEMENT : index);
      }
      return new Place(path, cause.reason().equals("FieldValueDuplicate"));
    }

    boolean mayBeExcludedBy(List<String> candidate) {
      if (candidate.getLast().equals(ANY_ELEMENT) && !duplicate) {
        return false;
      }
      int size = candidate.size();
      boolean above = size <= path.size() && candidate.equals(path.subList(0, size));
      List<String> parent = candidate.subList(0, size - 1);
      boolean below = parent.equals(path);
      boolean beside = size == path.size() && parent.equals(path.subList(0, size - 1));
      return above || below || (beside && !duplicate);
    }
  }

  private ExcludedFields(JsonNode live, JsonNode desired, List<Place> refused, boolean force) {
    this.refused = refused;
    this.force = force;
    this.own = FieldFold.own(live.path("metadata").path("managedFields"), desired);
    this.others = JsonNodeFactory.instance.objectNode();
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (!FieldManagers.isOwn(entry)) {
        FieldNames.join(others, entry.path("fieldsV1"));
      }
    }
  }

  /**
   * Returns the claims on fields that may be the reason of a refusal; empty if there are none.
   *
   * @param force whether fields of other managers are claimed too
   */
  public static Optional<Claim> of(
      ObjectNode live, ObjectNode desired, ApiException refusal, boolean force) {
    List<Place> refused =
        refusal.causes().stream().filter(ExcludedFields::mayBeExclusion).map(Place::of).toList();
    if (refusal.code() != 422 || refused.isEmpty()) {
      return Optional.empty();
    }
    ExcludedFields excluded = new ExcludedFields(live, desired, refused, force);
    JsonNode stated =
        excluded.claim(live, desired, FieldNames.all(live), new At(List.of(), List.of()));
    return excluded.claimed.isEmpty()
        ? Optional.empty()
        : Optional.of(new Claim(excluded.managedFields(live), (ObjectNode) stated));
  }

  private static boolean mayBeExclusion(Cause cause) {
    return switch (cause.reason()) {
      case "FieldValueForbidden", "FieldValueInvalid", "FieldValueDuplicate" ->
          !cause.field().isEmpty() && !cause.message().contains("immutable");
      default -> false;
    };
  }

  /**
   * A position in the object.
   *
   * @param shown as in refusals
   * @param entries as in {@code fieldsV1}
   */
  private record At(List<String> shown, List<String> entries) {

    At child(String show, String entry) {
      List<String> all = new ArrayList<>(shown);
      all.add(show);
      List<String> names = new ArrayList<>(entries);
      names.add(entry);
      return new At(all, names);
    }
  }

  /**
   * Claims excluded fields; returns Git's object without the nulls for them. Only what changes is
   * copied.
   */
  private JsonNode claim(JsonNode live, JsonNode desired, JsonNode all, At at) {
    if (live.isObject() && desired instanceof ObjectNode stated) {
      return claimFields(live, stated, all, at);
    }
    if (live.isArray() && desired instanceof ArrayNode stated) {
      return claimElements(live, stated, all, at);
    }
    return desired;
  }

  @SuppressWarnings("ReferenceEquality") // identity says whether a value was replaced
  private ObjectNode claimFields(JsonNode live, ObjectNode desired, JsonNode all, At at) {
    ObjectNode stated = desired;
    for (var field : live.properties()) {
      String name = field.getKey();
      String entry = FieldNames.ofField(name);
      JsonNode wanted = desired.path(name);
      At below = at.child(name, entry);
      boolean absent =
          wanted.isMissingNode() || (wanted.isNull() && field.getValue().isContainerNode());
      JsonNode kept = wanted;
      if (!absent) {
        kept = claim(field.getValue(), wanted, all.path(entry), below);
      } else if (!KeptFields.contains(below.shown())
          && claim(field.getValue(), all.path(entry), below)) {
        kept = MissingNode.getInstance();
      }
      if (kept != wanted) {
        stated = stated == desired ? SharedNodes.copy(desired) : stated;
        if (kept.isMissingNode()) {
          stated.remove(name);
        } else {
          stated.set(name, kept);
        }
      }
    }
    return stated;
  }

  @SuppressWarnings("ReferenceEquality") // identity says whether a value was replaced
  private ArrayNode claimElements(JsonNode live, ArrayNode desired, JsonNode all, At at) {
    ArrayNode stated = desired;
    for (var element : all.properties()) {
      String entry = element.getKey();
      JsonNode there = FieldNames.element(entry, live);
      JsonNode wanted = FieldNames.element(entry, desired);
      At below = at.child(ANY_ELEMENT, entry);
      if (!wanted.isMissingNode()) {
        JsonNode kept = claim(there, wanted, element.getValue(), below);
        for (int i = 0; kept != wanted && i < desired.size(); i++) {
          if (desired.get(i) == wanted) {
            stated = stated == desired ? desired.arrayNode().addAll(desired) : stated;
            stated.set(i, kept);
          }
        }
      } else if (!there.isMissingNode()) {
        claim(there, element.getValue(), below);
      }
    }
    return stated;
  }

  private boolean claim(JsonNode live, JsonNode all, At at) {
    boolean suspected = refused.stream().anyMatch(place -> place.mayBeExcludedBy(at.shown()));
    if (!suspected || (!force && isThere(others, at.entries()))) {
      return false;
    }
    ObjectNode fields = own.withObject("/fieldsV1");
    for (String entry : at.entries()) {
      fields = fields.get(entry) instanceof ObjectNode there ? there : fields.putObject(entry);
    }
    FieldNames.join(fields, subtree(live, all));
    claimed.add(at.entries());
    return true;
  }

  private static ObjectNode subtree(JsonNode live, JsonNode all) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    FieldNames.join(tree, all);
    if (live.isObject()) {
      tree.putObject(FieldNames.ITSELF);
      for (var field : live.properties()) {
        String entry = FieldNames.ofField(field.getKey());
        tree.set(entry, subtree(field.getValue(), all.path(entry)));
      }
    }
    return tree;
  }

  private static boolean isThere(JsonNode fields, List<String> entries) {
    JsonNode at = fields;
    for (String entry : entries) {
      at = at.path(entry);
    }
    return at.isObject();
  }

  private ArrayNode managedFields(JsonNode live) {
    ArrayNode entries = JsonNodeFactory.instance.arrayNode().add(own);
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (FieldManagers.isOwn(entry)) {
        continue;
      }
      ObjectNode left = entry.deepCopy();
      if (left.path("fieldsV1") instanceof ObjectNode fields && !entry.hasNonNull("subresource")) {
        claimed.forEach(path -> remove(fields, path));
      }
      if (!left.path("fieldsV1").isEmpty()) {
        entries.add(left);
      }
    }
    return entries;
  }

  private static void remove(ObjectNode fields, List<String> path) {
    String first = path.getFirst();
    if (path.size() == 1) {
      fields.remove(first);
    } else if (fields.get(first) instanceof ObjectNode below) {
      remove(below, path.subList(1, path.size()));
      if (below.isEmpty()) {
        fields.remove(first);
      }
    }
  }
}
