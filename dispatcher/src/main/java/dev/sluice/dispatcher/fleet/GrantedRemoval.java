package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removal of applications that is approved. Some of them may leave later than others, when their
 * successors have been sent.
 *
 * @param digest that was approved
 * @param revision of the fleet; the approval covers no other
 * @param taken by application, the clusters that it leaves
 * @param offset of {@code changes} from which a restart finds the approval again
 */
record GrantedRemoval(
    FleetApproval approval,
    String digest,
    String revision,
    Map<ApplicationName, Set<ClusterName>> taken,
    long offset) {

  GrantedRemoval {
    taken = Map.copyOf(taken);
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
                    offset));
  }

  /** Returns whether an application may leave these clusters by this approval. */
  boolean covers(String fleetRevision, Departure departure) {
    return revision.equals(fleetRevision)
        && taken
            .getOrDefault(departure.old().application(), Set.of())
            .containsAll(departure.clusters());
  }
}
