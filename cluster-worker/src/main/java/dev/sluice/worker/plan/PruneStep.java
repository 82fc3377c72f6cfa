package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import java.util.Optional;

/**
 * The deletion of an object that is no longer desired.
 *
 * @param approved the uid whose deletion a person approved; an object with another is left alone
 */
public record PruneStep(ObjectRef ref, Optional<String> approved) {

  public PruneStep(ObjectRef ref) {
    this(ref, Optional.empty());
  }
}
