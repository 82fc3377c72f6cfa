package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The objects that clusters are told an application may have while its sources are refused, by the
 * digests of what was sent last.
 */
final class PossibleAnnouncements {

  private final ApplicationName application;
  private final Decision decision;
  private final Map<ClusterName, String> digests;

  PossibleAnnouncements(
      ApplicationName application, Map<ClusterName, String> digests, Decision decision) {
    this.application = application;
    this.digests = new HashMap<>(digests);
    this.decision = decision;
  }

  Map<ClusterName, String> digests() {
    return digests;
  }

  /** Sends a cluster the possible objects, unless they are unchanged. */
  void announce(
      ClusterName cluster, Failure failure, PossibleObjects objects, Provenance provenance) {
    String digest = objects.digest();
    if (!digest.equals(digests.put(cluster, digest))) {
      decision.add(
          new SourcesEvent.Refused(application, cluster, failure.code(), objects, provenance),
          digest);
    }
  }

  /** Tells a cluster that the sources are accepted again, unless it knows of no refusal. */
  void withdraw(ClusterName cluster) {
    Optional.ofNullable(digests.remove(cluster))
        .ifPresent(digest -> decision.add(new SourcesEvent.Accepted(application, cluster), digest));
  }

  /** Forgets what a cluster was told: a record that is sent to it says more. */
  void replaced(ClusterName cluster) {
    digests.remove(cluster);
  }
}
