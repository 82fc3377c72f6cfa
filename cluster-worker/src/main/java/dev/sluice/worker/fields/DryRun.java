package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.api.WriteMode;
import dev.sluice.worker.api.WriteModes;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.Optional;
import java.util.Set;

/**
 * The result that applying an object would have, by the API server's dry run. If fields of others
 * would be taken over first, a patch with the same effect is run instead.
 */
public final class DryRun {

  private final ClusterApi api;
  private final Discovery discovery;

  public DryRun(ClusterApi api, Discovery discovery) {
    this.api = api;
    this.discovery = discovery;
  }

  /**
   * The result of applying an object that exists.
   *
   * @param stated the object as it would be applied
   * @param managedFields the live object's at that time: without what is taken over first
   * @param after the object as it would be then
   * @param byServer whether the API server computed it; otherwise the worker did, since the kind's
   *     API knows no server-side apply. Such an API may not know dry runs either, and a request
   *     that it takes for a real one would write, so it is not asked.
   */
  public record Preview(
      ObjectNode stated, JsonNode managedFields, ObjectNode after, boolean byServer) {}

  /**
   * Creates an object in a dry run. Returns false if the kind's API knows no server-side apply, so
   * that the server was not asked.
   *
   * @throws ApiException if the server refuses it
   */
  public boolean create(String path, ObjectNode content, boolean force)
      throws InterruptedException {
    WriteModes modes = discovery.writeModes();
    ApiKind kind = kind(content);
    if (modes.of(kind) != WriteMode.APPLY) {
      return false;
    }
    try {
      ObjectNode unused = api.applyDry(path, content, force);
      return true;
    } catch (ApiException e) {
      if (!modes.learn(kind, WriteMode.APPLY, e)) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Returns the result of applying Git's object to a live one.
   *
   * @throws ApiException if the server refuses it
   */
  public Preview change(
      String path,
      ObjectNode live,
      ObjectNode content,
      Precedence precedence,
      IgnoredFields ignored)
      throws InterruptedException {
    Preview before = before(live, content, precedence, ignored);
    WriteModes modes = discovery.writeModes();
    ApiKind kind = kind(content);
    if (modes.of(kind) == WriteMode.APPLY) {
      try {
        return changeByServer(path, live, before, precedence, ignored);
      } catch (ApiException e) {
        if (!modes.learn(kind, WriteMode.APPLY, e)) {
          throw e;
        }
      }
    }
    ObjectNode merged = ThreeWayMerge.merge(live, before.stated());
    return new Preview(before.stated(), before.managedFields(), merged, false);
  }

  private static ApiKind kind(ObjectNode content) {
    return new ApiKind(content.path("apiVersion").asText(), content.path("kind").asText());
  }

  private Preview changeByServer(
      String path, ObjectNode live, Preview before, Precedence precedence, IgnoredFields ignored)
      throws InterruptedException {
    boolean force = precedence.force();
    if (managedFields(live).isEmpty()) {
      return changeOfUntracked(path, before, precedence, ignored);
    }
    ObjectNode there = withFields(live, before.managedFields());
    ObjectNode body = before.stated();
    boolean takesOver = !before.managedFields().equals(managedFields(live));
    try {
      if (!takesOver) {
        return new Preview(body, before.managedFields(), api.applyDry(path, body, force), true);
      }
      if (!force) {
        requireNoConflict(path, body, precedence);
      }
      return patched(path, body, before.managedFields());
    } catch (ApiException e) {
      Optional<ExcludedFields.Claim> claim = ExcludedFields.of(there, body, e, force);
      if (claim.isEmpty()) {
        throw e;
      }
      return patched(path, claim.get().desired(), claim.get().managedFields());
    }
  }

  /**
   * Returns the result for an object whose fields nobody manages: the first apply has the server
   * name a manager of all fields, from which they are taken over as from an earlier deployment.
   */
  private Preview changeOfUntracked(
      String path, Preview before, Precedence precedence, IgnoredFields ignored)
      throws InterruptedException {
    ObjectNode first = api.applyDry(path, before.stated(), true);
    ObjectNode tracked = withFields(before.after(), managedFields(first));
    Preview folded = before(tracked, before.stated(), precedence, ignored);
    return folded.managedFields().equals(managedFields(first))
        ? new Preview(before.stated(), before.managedFields(), first, true)
        : patched(path, folded.stated(), folded.managedFields());
  }

  /** Returns the object as it is before the apply, after fields were taken over. */
  public Preview before(
      ObjectNode live, ObjectNode content, Precedence precedence, IgnoredFields ignored)
      throws InterruptedException {
    ObjectNode applied = ignored.applicable(content, live);
    Set<String> gone =
        discovery.unserved(FieldFold.versions(live, applied), applied.path("kind").asText());
    Optional<ArrayNode> folded = FieldFold.fold(live, applied, precedence, ignored, gone);
    JsonNode fields = folded.map(JsonNode.class::cast).orElse(managedFields(live));
    return new Preview(
        FilledFields.unclaimed(applied, withFields(live, fields)), fields, live, true);
  }

  /** Requires that only those managers own fields with other values that lose them first. */
  private void requireNoConflict(String path, ObjectNode body, Precedence precedence)
      throws InterruptedException {
    try {
      ObjectNode unused = api.applyDry(path, body, false);
    } catch (ApiException e) {
      if (!FieldFold.resolves(e, precedence)) {
        throw e;
      }
    }
  }

  private Preview patched(String path, ObjectNode body, JsonNode fields)
      throws InterruptedException {
    ObjectNode after = api.patchDry(path, strategic -> PatchPreview.of(body, fields, strategic));
    return new Preview(body, fields, after, true);
  }

  private static JsonNode managedFields(ObjectNode live) {
    return live.path("metadata").path("managedFields");
  }

  private static ObjectNode withFields(ObjectNode live, JsonNode fields) {
    ObjectNode there = SharedNodes.copy(live);
    SharedNodes.own(there, "metadata").set("managedFields", fields);
    return there;
  }
}
