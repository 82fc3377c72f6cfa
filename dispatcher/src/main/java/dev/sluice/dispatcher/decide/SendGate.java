package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.event.Withheld.Cause;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.window.ClosedWindow;
import java.time.Instant;
import java.util.Optional;

/**
 * Decision whether inputs may be sent now: an operator has to release them if the policy is manual,
 * then the applications that this one depends on have to come far enough, and then a maintenance
 * window has to be open. Pure, except for a memory of closed windows; used by one thread.
 */
final class SendGate {

  private final DependencyGate dependencies;
  private final ClosedWindows windows = new ClosedWindows();

  SendGate(PartitionState state) {
    this.dependencies = new DependencyGate(state);
  }

  /**
   * Inputs that are about to be sent.
   *
   * @param digest of the inputs
   * @param kind why they are sent
   */
  record Candidate(Definition definition, ClusterName cluster, String digest, Kind kind) {

    /** Returns the same inputs, which are sent for another reason. */
    Candidate as(Kind other) {
      return new Candidate(definition, cluster, digest, other);
    }
  }

  /** Kind of inputs that are about to be sent. */
  enum Kind {
    /** Inputs that differ from those that were sent last. */
    NEW,
    /** The inputs that were sent last, which a command demands again. */
    AGAIN,
    /** The inputs that were sent last, which the cluster has lost. */
    LOST,
    /** The first inputs of a commit that an operator has chosen. */
    CHOSEN
  }

  /**
   * Returns what keeps inputs from being sent.
   *
   * @param release the operator's release that was given; it may be for other inputs
   */
  Optional<Obstacle> obstacle(Candidate inputs, Optional<Withheld.Release> release, Instant now) {
    Optional<Withheld.Release> valid = release.filter(given -> given.isFor(inputs.digest()));
    if (inputs.kind() == Kind.NEW
        && inputs.definition().sendingRules().isManual()
        && !lifts(valid, Cause.MANUAL)) {
      return Optional.of(new Obstacle(Cause.MANUAL, manual(release), Optional.empty()));
    }
    if (inputs.kind() != Kind.CHOSEN && !lifts(valid, Cause.DEPENDS_ON)) {
      Optional<String> unmet = dependencies.waitsFor(inputs.definition(), inputs.cluster());
      if (unmet.isPresent()) {
        return Optional.of(new Obstacle(Cause.DEPENDS_ON, unmet.get(), Optional.empty()));
      }
    }
    return inputs.kind() == Kind.LOST || lifts(valid, Cause.WINDOW)
        ? Optional.empty()
        : windows
            .at(now, inputs.definition().sendingRules(), inputs.cluster())
            .map(SendGate::obstacle);
  }

  /** Returns the maintenance window that is waited for; empty if it is not closed. */
  static Optional<Obstacle> closedWindow(Definition definition, ClusterName cluster, Instant now) {
    return definition.sendingRules().closedAt(now, cluster).map(SendGate::obstacle);
  }

  private static Obstacle obstacle(ClosedWindow closed) {
    return new Obstacle(Cause.WINDOW, closed.waitsFor(), Optional.of(closed.until()));
  }

  private static String manual(Optional<Withheld.Release> lapsed) {
    return "an operator to release it"
        + lapsed
            .filter(given -> given.lifts(Cause.MANUAL))
            .map(given -> ", since %s has released earlier inputs".formatted(given.by()))
            .orElse("");
  }

  private static boolean lifts(Optional<Withheld.Release> release, Cause cause) {
    return release.filter(given -> given.lifts(cause)).isPresent();
  }
}
