package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.Optional;
import java.util.Set;

/**
 * The patch that changes an object as an apply does after fields were taken over. A dry run of the
 * apply itself cannot show that, since taking over is a write of its own.
 */
public final class PatchPreview {

  /** Maps that have keys of others; only ours are deleted. */
  private static final Set<String> SHARED = Set.of("annotations", "labels", "data");

  private final boolean strategic;

  private PatchPreview(boolean strategic) {
    this.strategic = strategic;
  }

  /**
   * Returns Git's object with the deletion of each field that is ours and that Git does not state.
   *
   * @param managedFields with the fields that were taken over
   * @param strategic whether it is a strategic merge patch, which can delete elements of lists; a
   *     JSON merge patch replaces whole lists
   */
  public static ObjectNode of(ObjectNode desired, JsonNode managedFields, boolean strategic) {
    JsonNode ours = FieldFold.own(managedFields, desired).path("fieldsV1");
    return new PatchPreview(strategic).deleting(ours, desired);
  }

  /** Returns a node of Git's object with deletions; a copy, except of what has none. */
  private JsonNode deleting(JsonNode ours, JsonNode desired) {
    return switch (desired) {
      case ObjectNode object -> deleting(ours, object);
      case ArrayNode list when strategic -> deleting(ours, list);
      default -> desired;
    };
  }

  private ObjectNode deleting(JsonNode ours, ObjectNode desired) {
    ObjectNode patch = SharedNodes.copy(desired);
    for (var entry : ours.properties()) {
      Optional<String> field = FieldNames.field(entry.getKey());
      if (field.isPresent()) {
        String name = field.get();
        JsonNode stated = desired.path(name);
        if (!stated.isMissingNode()) {
          patch.set(name, deleting(entry.getValue(), stated));
        } else if (SHARED.contains(name)) {
          patch.set(name, deleting(entry.getValue(), patch.objectNode()));
        } else {
          patch.putNull(name);
        }
      }
    }
    return patch;
  }

  @SuppressWarnings("ReferenceEquality") // equal elements are not the one
  private ArrayNode deleting(JsonNode ours, ArrayNode desired) {
    ArrayNode patch = desired.arrayNode().addAll(desired);
    for (var entry : ours.properties()) {
      String name = entry.getKey();
      if (name.startsWith("k:")) {
        JsonNode element = FieldNames.element(name, desired);
        for (int i = 0; i < desired.size(); i++) {
          if (desired.get(i) == element) {
            patch.set(i, deleting(entry.getValue(), element));
          }
        }
        if (element.isMissingNode() && FieldNames.named(name) instanceof ObjectNode deletion) {
          patch.add(deletion.put("$patch", "delete"));
        }
      }
    }
    return patch;
  }
}
