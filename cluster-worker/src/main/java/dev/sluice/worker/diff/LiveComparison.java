package dev.sluice.worker.diff;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import java.util.List;

/**
 * Comparison of live objects with what applying their manifests would make of them, which the API
 * server computes in a dry run: with its spelling of quantities, its defaults, and what its
 * webhooks change. Writes nothing.
 */
public final class LiveComparison {

  private final DryRun dryRun;

  public LiveComparison(ClusterApi api) {
    this.dryRun = new DryRun(api);
  }

  /**
   * Returns the fields of a live object that applying its manifest would change.
   *
   * @param path of the object in the API
   * @param force whether fields of other managers are taken over
   * @throws ApiException if the API server refuses the manifest
   */
  public List<Field> changes(String path, ObjectNode live, ObjectNode manifest, boolean force)
      throws InterruptedException {
    return FieldDifferences.between(live, dryRun.change(path, live, manifest, force).after());
  }
}
