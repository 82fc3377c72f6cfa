package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Dead letters about the refused sources of an application, at most one for each cluster. */
final class SourceFailures {

  private final ApplicationName application;

  /** Number of attempts by cluster, of the clusters with an open dead letter. */
  private final Map<ClusterName, Integer> attempts;

  private final Decision decision;

  SourceFailures(
      ApplicationName application, Map<ClusterName, Integer> attempts, Decision decision) {
    this.application = application;
    this.attempts = new HashMap<>(attempts);
    this.decision = decision;
  }

  /**
   * Returns the failure of a ref that does not exist, or of a range of versions that no tag is in.
   *
   * @param newest the name of the newest tag that is a version, as far as it is known
   */
  static Failure refGone(RefKey key, Optional<String> newest) {
    return key.ref()
        .versions()
        .map(
            range ->
                failure(
                    SourceFailure.NO_MATCHING_VERSION,
                    "%s has no version in the range '%s'%s; what was applied last stays; push a tag or publish a version in it, or correct the range in the fleet"
                        .formatted(
                            key.repository(),
                            range,
                            newest.map(", the newest one is "::concat).orElse(""))))
        .orElseGet(
            () ->
                failure(
                    SourceFailure.REF_GONE,
                    "%s has no %s: it was deleted, or not pushed yet; what was applied last stays; push it, or correct the ref in the fleet"
                        .formatted(key.repository(), key.ref())));
  }

  private static Failure failure(SourceFailure code, String message) {
    return new Failure(code, message, Failure.Stage.SOURCE, Optional.empty());
  }

  /**
   * Opens the dead letter, or adds an attempt to it.
   *
   * @param inForce the last good target, which stays in force; empty if none was sent
   */
  void add(ClusterName cluster, Failure failure, OriginalRecord origin, Optional<Subject> inForce) {
    int attempt = attempts.merge(cluster, 1, Integer::sum);
    decision.add(
        attempt == 1
            ? new DeadLetterEvent.Opened(
                entry(cluster),
                key(cluster),
                inForce,
                failure,
                attempt,
                origin,
                Optional.of(decision.now()))
            : new DeadLetterEvent.Retried(entry(cluster), key(cluster), attempt, failure));
  }

  /** Closes the dead letter, if there is one. */
  void close(
      ClusterName cluster, DeadLetterEvent.Closed.Reason reason, Optional<Generation> generation) {
    if (attempts.remove(cluster) != null) {
      decision.add(new DeadLetterEvent.Closed(entry(cluster), key(cluster), reason, generation));
    }
  }

  /** Closes a dead letter of the application as discarded, which may be the one about sources. */
  void discard(
      ClusterName cluster,
      DeadLetterId entry,
      Optional<Generation> generation,
      String by,
      String why,
      EventId command) {
    if (!entry.equals(entry(cluster)) || attempts.remove(cluster) != null) {
      decision.add(
          DeadLetterEvent.Closed.discarded(
              entry, key(cluster), generation, by, why, Optional.of(command)));
    }
  }

  /** Returns the number of attempts by cluster, for the state. */
  Map<ClusterName, Integer> attempts() {
    return Map.copyOf(attempts);
  }

  private String key(ClusterName cluster) {
    return cluster + "/" + application;
  }

  private DeadLetterId entry(ClusterName cluster) {
    return DeadLetterId.ofSources(cluster, application);
  }
}
