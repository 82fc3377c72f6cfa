package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The approval of a fleet revision that takes many applications out, or the answer to one. It is
 * about no repository; all of them have the same key, and so are in the order of one partition of
 * {@code changes}.
 */
public sealed interface FleetApprovalEvent extends ChangeEvent {

  /** The key, in place of a repository's name. */
  RepositoryId KEY = new RepositoryId("fleet/approvals");

  @Override
  default RepositoryId repository() {
    return KEY;
  }

  /**
   * An administrator approves that a fleet revision takes applications out of clusters.
   *
   * @param digest of the revision, and of each application with the clusters that it leaves
   * @param by the administrator, as the API authenticated them
   * @param reason why, as the administrator gave it
   * @param caller who sent it; absent in events of earlier versions
   */
  record Given(String digest, String by, String reason, Optional<CommandEvent.Caller> caller)
      implements FleetApprovalEvent {

    /** Creates an approval of an unknown caller. */
    public Given(String digest, String by, String reason) {
      this(digest, by, reason, Optional.empty());
    }
  }

  /**
   * The answer to an approval: the fleet's reader has carried it out or refused it, or the API has
   * refused to forward it. Written in the same transaction as the definitions that follow.
   *
   * @param given the event id of the approval
   * @param digest of the approval
   * @param by the administrator who gave the approval
   * @param reason why, as the administrator gave it
   * @param accepted whether the approval was carried out
   * @param message what follows, or why nothing does
   * @param fleetRevision the approved revision; absent if the approval was refused
   * @param taken by application, the clusters that it leaves; empty if the approval was refused
   * @param caller who sent the approval, if the API refused to forward it
   */
  record Answered(
      EventId given,
      String digest,
      String by,
      String reason,
      boolean accepted,
      String message,
      Optional<String> fleetRevision,
      Map<ApplicationName, Set<ClusterName>> taken,
      Optional<CommandEvent.Caller> caller)
      implements FleetApprovalEvent {

    public Answered {
      taken = Map.copyOf(taken);
    }

    /** Creates the answer of the fleet's reader. */
    public Answered(
        EventId given,
        String digest,
        String by,
        String reason,
        boolean accepted,
        String message,
        Optional<String> fleetRevision,
        Map<ApplicationName, Set<ClusterName>> taken) {
      this(given, digest, by, reason, accepted, message, fleetRevision, taken, Optional.empty());
    }
  }
}
