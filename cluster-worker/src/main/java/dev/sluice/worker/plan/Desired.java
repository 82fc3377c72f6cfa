package dev.sluice.worker.plan;

import dev.sluice.worker.manifest.Manifest;
import java.util.List;

/**
 * The desired objects of a target, ready for planning.
 *
 * @param renderer that rendered them, several joined by ", "
 * @param generated the fields whose values differ at each rendering
 */
public record Desired(List<Manifest> manifests, String renderer, List<GeneratedField> generated) {

  public Desired {
    manifests = List.copyOf(manifests);
    generated = List.copyOf(generated);
  }
}
