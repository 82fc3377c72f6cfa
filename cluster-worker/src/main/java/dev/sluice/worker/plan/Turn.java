package dev.sluice.worker.plan;

import dev.sluice.worker.manifest.HelmHooks;
import dev.sluice.worker.manifest.Manifest;
import java.util.Comparator;

/**
 * The position of an object in the order of writes.
 *
 * @param weight of hooks; 0 of everything else
 */
record Turn(Stage.Phase phase, int weight) implements Comparable<Turn> {

  /**
   * Returns the position of an object. Definitions come first, hook or not.
   *
   * @param install whether nothing of the application was applied before
   */
  static Turn of(Manifest manifest, boolean install) {
    Stage.Phase phase = Order.phase(manifest.ref());
    if (phase == Stage.Phase.DEFINITIONS) {
      return new Turn(phase, 0);
    }
    return switch (HelmHooks.moment(manifest, install)) {
      case BEFORE -> new Turn(Stage.Phase.HOOKS_BEFORE, HelmHooks.weight(manifest));
      case WITH_THE_REST -> new Turn(phase, 0);
      case AFTER -> new Turn(Stage.Phase.HOOKS_AFTER, HelmHooks.weight(manifest));
    };
  }

  @Override
  public int compareTo(Turn other) {
    return Comparator.comparing(Turn::phase).thenComparingInt(Turn::weight).compare(this, other);
  }
}
