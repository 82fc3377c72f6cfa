package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.Directives;
import java.util.Optional;

/** Live objects, and what applying their manifests would make of them. Writes nothing. */
public final class LivePreview {

  private static final int MOST_TRIES = 5;

  private final ClusterApi api;
  private final Discovery discovery;
  private final DryRun dryRun;

  public LivePreview(ClusterApi api, Discovery discovery) {
    this.api = api;
    this.discovery = discovery;
    this.dryRun = new DryRun(api, discovery);
  }

  /** Returns a live object; empty if it does not exist. */
  public Optional<ObjectNode> read(ObjectRef ref) throws InterruptedException {
    return discovery.read(ref);
  }

  /**
   * A live object and what applying its manifest would make of it.
   *
   * @param live the object before
   */
  public record Change(ObjectNode live, ObjectNode after) {}

  /**
   * Returns the change that applying a manifest would make; empty if the object does not exist.
   *
   * @throws ApiException if the API server refuses that
   */
  public Optional<Change> of(ObjectRef ref, ObjectNode manifest, Policy policy)
      throws InterruptedException {
    Optional<ApiResource> resource = discovery.find(ref.apiVersion(), ref.kind());
    Optional<ObjectNode> live =
        resource.isEmpty() ? Optional.empty() : api.get(resource.get().path(ref));
    for (int tries = 1; live.isPresent(); tries++) {
      ObjectNode before = live.get();
      IgnoredFields ignored = IgnoredFields.of(ref, policy.ignored());
      String path = resource.get().path(ref);
      ObjectNode after =
          dryRun
              .change(
                  path,
                  before,
                  manifest,
                  Precedence.of(Directives.forces(manifest, policy.force())),
                  ignored)
              .after();
      if (version(after).equals(version(before)) || tries == MOST_TRIES) {
        return Optional.of(new Change(before, after));
      }
      // somebody wrote it meanwhile: this write would look like a part of the change
      live = api.get(path);
    }
    return Optional.empty();
  }

  private static JsonNode version(ObjectNode object) {
    return object.path("metadata").path("resourceVersion");
  }
}
