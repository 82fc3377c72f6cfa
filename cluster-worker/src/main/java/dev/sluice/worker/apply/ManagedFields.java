package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.fields.ExcludedFields;
import dev.sluice.worker.fields.FieldFold;
import dev.sluice.worker.fields.IgnoredFields;
import dev.sluice.worker.fields.Precedence;
import java.util.Optional;
import java.util.Set;

/**
 * Changes who manages which fields of an object before it is applied, at the version that was read.
 * No value changes: the apply that follows removes the fields that became ours and that Git does
 * not state.
 */
final class ManagedFields {

  private final ClusterApi api;
  private final Discovery discovery;

  ManagedFields(ClusterApi api, Discovery discovery) {
    this.api = api;
    this.discovery = discovery;
  }

  /**
   * Fields that were claimed because the object was refused.
   *
   * @param before the object before the claim
   * @param after the object with the claim
   * @param desired the object to apply now
   */
  record Claim(LiveObject before, LiveObject after, ObjectNode desired) {}

  /** Takes over what earlier deployments and people set; returns the object as it is then. */
  LiveObject fold(
      String path,
      ObjectNode desired,
      LiveObject live,
      Precedence precedence,
      IgnoredFields ignored)
      throws InterruptedException {
    Set<String> gone =
        discovery.unserved(
            FieldFold.versions(live.content(), desired), desired.path("kind").asText());
    Optional<ArrayNode> fields = FieldFold.fold(live.content(), desired, precedence, ignored, gone);
    return fields.isEmpty() ? live : write(path, live, fields.get());
  }

  /** Claims the fields that exclude Git's, as the refusal tells; empty if it tells none. */
  Optional<Claim> claim(
      String path, ObjectNode desired, LiveObject live, boolean force, ApiException refusal)
      throws InterruptedException {
    Optional<ExcludedFields.Claim> claim =
        ExcludedFields.of(live.content(), desired, refusal, force);
    if (claim.isEmpty()) {
      return Optional.empty();
    }
    LiveObject after = write(path, live, claim.get().managedFields());
    return Optional.of(new Claim(live, after, claim.get().desired()));
  }

  /** Returns claimed fields to their managers, since the object is refused for another reason. */
  void release(String path, Claim claim, ApiException refusal) throws InterruptedException {
    if (claim.before().content().at("/metadata/managedFields") instanceof ArrayNode fields) {
      try {
        write(path, claim.after(), fields);
      } catch (ApiException e) {
        refusal.addSuppressed(e);
      }
    }
  }

  private LiveObject write(String path, LiveObject live, ArrayNode fields)
      throws InterruptedException {
    ObjectNode patch = Json.mapper().createObjectNode();
    patch
        .putObject("metadata")
        .put("resourceVersion", live.resourceVersion())
        .set("managedFields", fields);
    return new LiveObject(api.merge(path, patch));
  }
}
