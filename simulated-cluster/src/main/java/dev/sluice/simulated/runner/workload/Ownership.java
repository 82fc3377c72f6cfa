package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Plan;

/** Adoption of objects that match a workload and have no controller. */
final class Ownership {
  private Ownership() {}

  /** Plans the adoption of matching objects of a kind; returns whether there are any. */
  static boolean adopt(Kind owner, ObjectNode workload, Kind kind, ObjectCache cache, Plan plan) {
    boolean any = false;
    for (ObjectNode orphan : cache.orphans(kind, Metadata.of(workload).namespace())) {
      Metadata metadata = Metadata.of(orphan);
      if (!metadata.isDeleted()
          && !Pods.isFinished(orphan)
          && metadata.matches(workload.at("/spec/selector"))) {
        ObjectNode adopted = orphan.deepCopy();
        adopted
            .withObject("/metadata")
            .withArray("/ownerReferences")
            .addAll(Metadata.ownedBy(owner, workload));
        plan.replace(kind, adopted);
        any = true;
      }
    }
    return any;
  }
}
