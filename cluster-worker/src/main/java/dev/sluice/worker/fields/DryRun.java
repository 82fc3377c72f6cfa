package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
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
   */
  public record Preview(ObjectNode stated, JsonNode managedFields, ObjectNode after) {}

  /**
   * Creates an object in a dry run.
   *
   * @throws ApiException if the server refuses it
   */
  public void create(String path, ObjectNode content, boolean force) throws InterruptedException {
    ObjectNode unused = api.applyDry(path, content, force);
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
    boolean force = precedence.force();
    Preview before = before(live, content, precedence, ignored);
    if (managedFields(live).isEmpty()) {
      return changeOfUntracked(path, before, precedence, ignored);
    }
    ObjectNode there = withFields(live, before.managedFields());
    ObjectNode body = before.stated();
    boolean takesOver = !before.managedFields().equals(managedFields(live));
    try {
      if (!takesOver) {
        return new Preview(body, before.managedFields(), api.applyDry(path, body, force));
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
        ? new Preview(before.stated(), before.managedFields(), first)
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
    return new Preview(FilledFields.unclaimed(applied, withFields(live, fields)), fields, live);
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
    return new Preview(body, fields, after);
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
