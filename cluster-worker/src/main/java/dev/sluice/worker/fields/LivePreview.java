package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import java.util.List;
import java.util.Optional;

/** Live objects, and what applying their manifests would make of them. Writes nothing. */
public final class LivePreview {

  private final Discovery discovery;
  private final DryRun dryRun;

  public LivePreview(ClusterApi api, Discovery discovery) {
    this.discovery = discovery;
    this.dryRun = new DryRun(api, discovery);
  }

  /** Returns a live object; empty if it does not exist. */
  public Optional<ObjectNode> read(ObjectRef ref) throws InterruptedException {
    return discovery.read(ref);
  }

  /**
   * Returns the object as applying its manifest would leave it.
   *
   * @throws ApiException if the API server refuses that
   */
  public ObjectNode after(ObjectRef ref, ObjectNode live, ObjectNode manifest, Policy policy)
      throws InterruptedException {
    Optional<ApiResource> resource = discovery.find(ref.apiVersion(), ref.kind());
    if (resource.isEmpty()) {
      throw new ApiException(
          404, "NotFound", "the cluster serves no " + ref.kind(), "", List.of(), null);
    }
    return dryRun
        .change(
            resource.get().path(ref),
            live,
            manifest,
            policy.force(),
            IgnoredFields.of(ref, policy.ignored()))
        .after();
  }
}
