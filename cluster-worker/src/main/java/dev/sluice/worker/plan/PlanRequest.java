package dev.sluice.worker.plan;

import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Manifest;
import java.util.List;
import java.util.Set;

/**
 * The input of a plan.
 *
 * @param desired normalised, each object once
 * @param old the ledger's inventory
 * @param unfinished the write set of an intent that may be unfinished; empty if the ledger is done
 * @param approved whether a person approved this generation's deletions
 */
public record PlanRequest(
    List<Manifest> desired,
    Inventory old,
    Set<ObjectId> unfinished,
    Policy policy,
    boolean approved) {

  public PlanRequest {
    desired = List.copyOf(desired);
    unfinished = Set.copyOf(unfinished);
  }
}
