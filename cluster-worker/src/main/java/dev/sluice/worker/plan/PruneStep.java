package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Propagation;
import java.util.Optional;

/**
 * The deletion of an object that is no longer desired.
 *
 * @param approved the uid whose deletion a person approved; an object with another is left alone
 * @param hook whether it is a hook, whose deletion needs no approval, and which may be gone
 * @param guarded whether a person has to approve it, as the manifest asked
 * @param propagation how the dependents of the object are treated
 */
public record PruneStep(
    ObjectRef ref,
    Optional<String> approved,
    boolean hook,
    boolean guarded,
    Propagation propagation) {

  /**
   * Returns the deletion of an object of an inventory.
   *
   * @param otherwise the propagation if the entry has none
   */
  public static PruneStep of(InventoryEntry entry, Propagation otherwise) {
    return new PruneStep(
        entry.ref(),
        Optional.empty(),
        entry.hook(),
        entry.guarded(),
        entry.propagation().orElse(otherwise));
  }

  /** Returns the deletion of a hook. */
  public static PruneStep ofHook(ObjectRef ref) {
    return new PruneStep(ref, Optional.empty(), true, false, Propagation.BACKGROUND);
  }

  /** Returns the deletion of exactly this object. */
  public PruneStep of(String uid) {
    return new PruneStep(ref, Optional.of(uid), hook, guarded, propagation);
  }
}
