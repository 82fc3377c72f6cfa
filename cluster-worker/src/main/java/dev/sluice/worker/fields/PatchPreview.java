package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    ObjectNode patch = desired.deepCopy();
    JsonNode ours = FieldFold.own(managedFields, desired).path("fieldsV1");
    new PatchPreview(strategic).delete(ours, patch);
    return patch;
  }

  private void delete(JsonNode ours, JsonNode patch) {
    for (var entry : ours.properties()) {
      String name = entry.getKey();
      Optional<String> field = FieldNames.field(name);
      if (field.isPresent() && patch instanceof ObjectNode object) {
        boolean absent = object.path(field.get()).isMissingNode();
        if (absent && SHARED.contains(field.get())) {
          delete(entry.getValue(), object.putObject(field.get()));
        } else if (absent) {
          object.putNull(field.get());
        } else {
          delete(entry.getValue(), object.path(field.get()));
        }
      } else if (strategic && name.startsWith("k:") && patch instanceof ArrayNode list) {
        JsonNode element = FieldNames.element(name, list);
        if (!element.isMissingNode()) {
          delete(entry.getValue(), element);
        } else if (FieldNames.named(name) instanceof ObjectNode deletion) {
          list.add(deletion.put("$patch", "delete"));
        }
      }
    }
  }
}
