package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import java.util.Optional;

/**
 * One object to delete, since nothing asks for it any more.
 *
 * @param approved the uid that a person agreed to delete; another is left alone
 */
public record PruneStep(ObjectRef ref, Optional<String> approved) {

  public PruneStep(ObjectRef ref) {
    this(ref, Optional.empty());
  }
}
