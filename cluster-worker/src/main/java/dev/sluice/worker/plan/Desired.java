package dev.sluice.worker.plan;

import dev.sluice.worker.manifest.Manifest;
import java.util.List;

/**
 * What a target says an application should be, ready to be planned.
 *
 * @param renderer who rendered it, several joined by ", "
 */
public record Desired(List<Manifest> manifests, String renderer) {

  public Desired {
    manifests = List.copyOf(manifests);
  }
}
