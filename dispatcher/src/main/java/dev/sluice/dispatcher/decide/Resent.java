package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.CommitId;
import java.util.Optional;

/**
 * Recorded target of a resend, and the commit that the resend pins the application to.
 *
 * @param target as it was recorded; empty if only the effect on the hold is of interest
 * @param pinned the commit that the application is pinned to by the command; empty if it is not,
 *     because these inputs are in force already
 */
public record Resent(Optional<SyncEvent.Target> target, Optional<CommitId> pinned) {

  /** Creates what is known once the recorded target was read. */
  static Resent of(SyncEvent.Target target, ApplicationState state) {
    Dispatched last = state.dispatched().get(target.cluster());
    boolean isInForce =
        last != null && last.inputDigest().equals(Optional.of(target.inputDigest()));
    return new Resent(
        Optional.of(target), isInForce ? Optional.empty() : Optional.of(target.commit()));
  }
}
