package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.WriteMode;
import dev.sluice.worker.api.WriteModes;
import dev.sluice.worker.fields.JsonMergePatch;
import dev.sluice.worker.fields.LastApplied;
import dev.sluice.worker.fields.ThreeWayMerge;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.Optional;

/**
 * Writes objects of kinds whose API knows no server-side apply, as some aggregated APIs do: by
 * POST, and by JSON merge patches or PUT of a {@link ThreeWayMerge}. The preconditions are the same
 * as of an apply: a POST overwrites nothing, and a change names the {@code resourceVersion} and
 * {@code uid} that were read. The fields of others stay, but conflicts with their managers are not
 * seen, since such APIs do not record who set a field.
 */
final class ClientSideApply {

  private final ClusterApi api;
  private final WriteModes modes;

  ClientSideApply(ClusterApi api, WriteModes modes) {
    this.api = api;
    this.modes = modes;
  }

  /** Returns the mode in which an object is written, as far as it is known. */
  WriteMode mode(ObjectRef ref) {
    return modes.of(kind(ref));
  }

  /** Returns whether a refused write is to be repeated, since it may be made in another mode. */
  boolean learns(ObjectRef ref, WriteMode tried, ApiException refusal) throws InterruptedException {
    return modes.learn(kind(ref), tried, refusal);
  }

  /**
   * Writes an object.
   *
   * @param mode in which it is changed, if it exists
   * @param live the object as it was read; empty if it does not exist
   * @param body as it would be applied, at the version of the live object
   */
  ObjectNode write(
      WriteMode mode,
      ApiResource resource,
      ObjectRef ref,
      Optional<LiveObject> live,
      ObjectNode body)
      throws InterruptedException {
    ObjectNode desired = LastApplied.annotated(body);
    if (live.isEmpty()) {
      SharedNodes.own(desired, "metadata").remove("resourceVersion");
      return api.create(
          "%s?fieldManager=%s"
              .formatted(resource.collection(ref.namespace()), ClusterApi.FIELD_MANAGER),
          desired);
    }
    ObjectNode there = live.get().content();
    ObjectNode merged = ThreeWayMerge.merge(there, desired);
    return change(mode, resource.path(ref), live.get(), JsonMergePatch.between(there, merged));
  }

  /** Changes an object by a merge patch, or by its replacement if its API has no patch. */
  ObjectNode patch(String path, ObjectRef ref, LiveObject live, ObjectNode patch)
      throws InterruptedException {
    WriteMode mode = mode(ref) == WriteMode.REPLACE ? WriteMode.REPLACE : WriteMode.MERGE_PATCH;
    try {
      return change(mode, path, live, patch);
    } catch (ApiException e) {
      if (!learns(ref, mode, e)) {
        throw e;
      }
      return change(WriteMode.REPLACE, path, live, patch);
    }
  }

  private ObjectNode change(WriteMode mode, String path, LiveObject live, ObjectNode patch)
      throws InterruptedException {
    SharedNodes.own(patch, "metadata")
        .put("uid", live.uid())
        .put("resourceVersion", live.resourceVersion());
    return mode == WriteMode.REPLACE
        ? api.replace(path, JsonMergePatch.applied(live.content(), patch))
        : api.merge(path, patch);
  }

  private static ApiKind kind(ObjectRef ref) {
    return new ApiKind(ref.apiVersion(), ref.kind());
  }
}
