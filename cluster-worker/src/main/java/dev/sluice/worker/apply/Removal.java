package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectRef;
import java.util.Optional;

/**
 * The result of a deletion.
 *
 * @param pending whether finalizers delay it
 * @param deleted the object; empty if none was deleted, or if it was gone already
 */
record Removal(Action action, boolean pending, Optional<LiveObject> deleted) {

  Removal(Action action, boolean pending) {
    this(action, pending, Optional.empty());
  }

  /** Returns whether there was nothing to delete. */
  boolean isOfNothing() {
    return action == Action.DELETED && deleted.isEmpty();
  }

  /** Returns the change for the record. */
  ObjectChange change(ObjectRef ref, ObjectChange.Cause cause) {
    return action == Action.DELETED
        ? ObjectChange.deleted(
            ref, deleted.map(LiveObject::uid), deleted.map(LiveObject::resourceVersion), cause)
        : new ObjectChange(ref, action);
  }
}
