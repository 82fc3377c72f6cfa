package dev.sluice.worker.plan;

import dev.sluice.worker.manifest.Manifest;
import java.util.List;

/**
 * The desired objects of a target, ready for planning.
 *
 * @param renderer that rendered them, several joined by ", "
 */
public record Desired(List<Manifest> manifests, String renderer) {

  public Desired {
    manifests = List.copyOf(manifests);
  }
}
