package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removal of applications, or their addition by ApplicationSets, that is approved. Some of them may
 * leave later than others, when their successors have been sent.
 *
 * @param digest that was approved
 * @param revision of the fleet; the approval covers no other
 * @param taken by application, the clusters that it leaves
 * @param added applications; empty after a restart, since they are added with the answer
 * @param offset of {@code changes} from which a restart finds the approval again
 */
record GrantedRemoval(
    FleetApproval approval,
    String digest,
    String revision,
    Map<ApplicationName, Set<ClusterName>> taken,
    Set<ApplicationName> added,
    long offset) {

  GrantedRemoval {
    taken = Map.copyOf(taken);
    added = Set.copyOf(added);
  }

  /** Returns the removal that an answer reports; empty if it refused the approval. */
  static Optional<GrantedRemoval> of(FleetApprovalEvent.Answered answer, long offset) {
    return answer
        .fleetRevision()
        .filter(_ -> answer.accepted())
        .map(
            revision ->
                new GrantedRemoval(
                    new FleetApproval(answer.given(), answer.by(), answer.reason()),
                    answer.digest(),
                    revision,
                    answer.taken(),
                    Set.of(),
                    offset));
  }

  /**
   * Returns whether a part of it waits after a reading. Otherwise the approval is used up: the same
   * revision needs another one if it comes into force again.
   */
  boolean isUnfinished(FleetReading reading, IntakePlan plan) {
    return revision.equals(reading.revision())
        ? !plan.waiting().isEmpty()
        : !reading.complete() || !reading.sets().isSettled();
  }

  /** Returns whether it allows everything that exceeds a limit. */
  boolean covers(String fleetRevision, RevisionGuard.Exceeded exceeded) {
    return exceeded.departures().stream().allMatch(one -> covers(fleetRevision, one))
        && exceeded.additions().stream().allMatch(one -> covers(fleetRevision, one));
  }

  /** Returns whether an application may be added by this approval. */
  boolean covers(String fleetRevision, DefinitionAccepted accepted) {
    return revision.equals(fleetRevision) && added.contains(accepted.definition().application());
  }

  /** Returns whether an application may leave these clusters by this approval. */
  boolean covers(String fleetRevision, Departure departure) {
    return revision.equals(fleetRevision)
        && taken
            .getOrDefault(departure.old().application(), Set.of())
            .containsAll(departure.clusters());
  }
}
