package dev.sluice.worker.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.fields.ExcludedFields;
import dev.sluice.worker.fields.FieldFold;
import dev.sluice.worker.fields.FilledFields;
import dev.sluice.worker.fields.PatchPreview;
import java.util.Optional;

/**
 * The result that applying an object would have, by the API server's dry run. If fields of others
 * would be taken over first, a patch with the same effect is run instead.
 */
final class DryRun {

  private final ClusterApi api;

  DryRun(ClusterApi api) {
    this.api = api;
  }

  ObjectNode of(String path, Optional<ObjectNode> live, ObjectNode content, boolean force)
      throws InterruptedException {
    return live.isEmpty()
        ? api.applyDry(path, content, force)
        : of(path, live.get(), content, force);
  }

  private ObjectNode of(String path, ObjectNode live, ObjectNode content, boolean force)
      throws InterruptedException {
    // without force, a conflict is to be seen, which only an apply shows
    Optional<ArrayNode> folded = force ? FieldFold.fold(live, content, true) : Optional.empty();
    ObjectNode there = folded.map(fields -> withFields(live, fields)).orElse(live);
    ObjectNode body = FilledFields.unclaimed(content, there);
    try {
      return folded.isPresent()
          ? patched(path, body, folded.get())
          : api.applyDry(path, body, force);
    } catch (ApiException e) {
      Optional<ExcludedFields.Claim> claim = ExcludedFields.of(there, body, e, force);
      if (claim.isEmpty()) {
        throw e;
      }
      return patched(path, claim.get().desired(), claim.get().managedFields());
    }
  }

  private ObjectNode patched(String path, ObjectNode body, JsonNode fields)
      throws InterruptedException {
    return api.patchDry(path, strategic -> PatchPreview.of(body, fields, strategic));
  }

  private static ObjectNode withFields(ObjectNode live, ArrayNode fields) {
    ObjectNode there = live.deepCopy();
    there.withObject("/metadata").set("managedFields", fields);
    return there;
  }
}
