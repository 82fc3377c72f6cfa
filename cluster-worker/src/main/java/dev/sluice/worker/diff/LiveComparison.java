package dev.sluice.worker.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.fields.DryRun;
import dev.sluice.worker.fields.FieldDifferences;
import dev.sluice.worker.fields.IgnoredFields;
import dev.sluice.worker.fields.Precedence;
import dev.sluice.worker.manifest.Directives;
import java.util.List;

/**
 * Comparison of live objects with what applying their manifests would make of them, which the API
 * server computes in a dry run: with its spelling of quantities, its defaults, and what its
 * webhooks change. Writes nothing.
 */
public final class LiveComparison {

  /** The answer if an admission webhook has side effects, so that no dry run calls it. */
  private static final String NO_DRY_RUN = "does not support dry run";

  /** Parts of the messages of admission, which may deny a change at any time. */
  private static final List<String> ADMISSION =
      List.of("admission webhook", "ValidatingAdmissionPolicy");

  private final DryRun dryRun;

  public LiveComparison(ClusterApi api, Discovery discovery) {
    this.dryRun = new DryRun(api, discovery);
  }

  /** The result for one object. */
  public sealed interface Result {

    /** The fields that applying the manifest would change; none if the object is as it says. */
    record Compared(List<Field> changes) implements Result {
      public Compared {
        changes = List.copyOf(changes);
      }
    }

    /**
     * The API server refuses the manifest, and the object is not literally what it says.
     *
     * @param status of the refusal; its message may have values of the manifest
     */
    record Refused(String status) implements Result {}

    /** The dry run says nothing about the object. */
    record Unknown(String reason) implements Result {}
  }

  /**
   * Compares a live object with its manifest.
   *
   * @param path of the object in the API
   * @param policy of its application
   * @throws ApiException if the API server, or the server of an aggregated API, does not answer
   */
  public Result compare(
      String path, ObjectRef ref, ObjectNode live, ObjectNode manifest, Policy policy)
      throws InterruptedException {
    try {
      IgnoredFields ignored = IgnoredFields.of(ref, policy.ignored());
      ObjectNode wanted =
          dryRun
              .change(
                  path,
                  live,
                  manifest,
                  Precedence.of(Directives.forces(manifest, policy.force())),
                  ignored)
              .after();
      return new Result.Compared(FieldDifferences.between(live, wanted));
    } catch (ApiException e) {
      if (e.code() == ApiException.NO_ANSWER || e.isGroupUnavailable()) {
        throw e;
      }
      return contains(live, manifest) ? new Result.Compared(List.of()) : refusal(e);
    }
  }

  private static Result refusal(ApiException e) {
    String message = String.valueOf(e.getMessage());
    if (ADMISSION.stream().anyMatch(message::contains) || message.contains(NO_DRY_RUN)) {
      return new Result.Unknown(
          "admission denies the dry run (%s); sluice diff shows its message".formatted(e.status()));
    }
    if (e.code() == 403) {
      return new Result.Unknown("allow the credentials to patch this kind, since dry runs need it");
    }
    return e.code() == 429 || e.code() >= 500
        ? new Result.Unknown("the API server answers a dry run with " + e.status())
        : new Result.Refused(e.status());
  }

  /**
   * Returns whether an object literally has all that a manifest states. One that does not may still
   * be what the manifest says, in the API server's spelling.
   */
  static boolean contains(JsonNode live, JsonNode stated) {
    if (stated.isObject() && (live.isObject() || stated.isEmpty())) {
      return stated.properties().stream()
          .allMatch(field -> contains(live.path(field.getKey()), field.getValue()));
    }
    if (stated.isArray() && stated.size() == live.size()) {
      for (int i = 0; i < stated.size(); i++) {
        if (!contains(live.path(i), stated.path(i))) {
          return false;
        }
      }
      return true;
    }
    return stated.isNull() ? live.isNull() || live.isMissingNode() : stated.equals(live);
  }
}
