package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Draft of the inputs of one application that are not sent yet, by cluster. The audit log gets an
 * event when inputs begin to be withheld, and when they wait for something else.
 */
final class Withholdings {

  private final ApplicationName application;
  private final Map<ClusterName, Withheld> byCluster;
  private final Decision decision;

  Withholdings(ApplicationState before, Decision decision) {
    this.application = before.application();
    this.byCluster = new HashMap<>(before.withheld().orElse(Map.of()));
    this.decision = decision;
  }

  Optional<Withheld> in(ClusterName cluster) {
    return Optional.ofNullable(byCluster.get(cluster));
  }

  /** Returns the operator's release, which lets the next inputs pass; empty if there is none. */
  Optional<Withheld.Release> release(ClusterName cluster) {
    return in(cluster).flatMap(Withheld::release);
  }

  /**
   * Returns the operator's release that is for the inputs with a digest; empty if there is none.
   */
  Optional<Withheld.Release> release(ClusterName cluster, String inputs) {
    return release(cluster).filter(given -> given.isFor(inputs));
  }

  /**
   * Withholds inputs. A release that is for them stays in force, for these inputs only.
   *
   * @param commit the first source's commit of the inputs
   * @param inputs the digest of the inputs
   */
  Withheld withhold(
      ClusterName cluster, Obstacle obstacle, Optional<CommitId> commit, String inputs) {
    Optional<Withheld> before = in(cluster);
    Instant since =
        before
            .filter(known -> known.cause() == obstacle.cause())
            .map(Withheld::since)
            .orElse(decision.now());
    // the words for an operator also name a release that has lapsed
    String waitsFor =
        before
            .filter(known -> known.cause() == Withheld.Cause.MANUAL)
            .filter(known -> obstacle.cause() == Withheld.Cause.MANUAL)
            .filter(known -> known.inputs().equals(Optional.of(inputs)))
            .map(Withheld::waitsFor)
            .orElse(obstacle.waitsFor());
    Withheld after =
        new Withheld(
            obstacle.cause(),
            waitsFor,
            since,
            commit,
            Optional.of(inputs),
            obstacle.until(),
            release(cluster, inputs).map(given -> given.only(inputs)));
    put(cluster, after);
    return after;
  }

  /** Withholds the inputs of a recorded target, unless newer inputs are withheld already. */
  Withheld withholdUnlessNewer(ClusterName cluster, Obstacle obstacle, SyncEvent.Target recorded) {
    return newer(cluster, recorded)
        .orElseGet(
            () ->
                withhold(
                    cluster, obstacle, Optional.of(recorded.commit()), recorded.inputDigest()));
  }

  /** Returns the withheld inputs if they differ from those of a recorded target. */
  Optional<Withheld> newer(ClusterName cluster, SyncEvent.Target recorded) {
    return in(cluster)
        .filter(withheld -> !withheld.inputs().equals(Optional.of(recorded.inputDigest())));
  }

  /** Records that the inputs wait for something else of the same kind. */
  void waitsFor(ClusterName cluster, String words) {
    in(cluster).ifPresent(withheld -> put(cluster, withheld.waitingFor(words)));
  }

  private void put(ClusterName cluster, Withheld after) {
    if (!after.equals(byCluster.put(cluster, after))) {
      decision.add(new ResultEvent.Held(cluster, application, after));
    }
  }

  /** Lets the withheld inputs pass at the next evaluation. */
  void release(ClusterName cluster, Withheld.Release release) {
    byCluster.computeIfPresent(cluster, (_, withheld) -> withheld.released(Optional.of(release)));
  }

  /** Ends an operator's release, since its inputs were refused: later ones wait again. */
  void endRelease(ClusterName cluster) {
    byCluster.computeIfPresent(cluster, (_, withheld) -> withheld.released(Optional.empty()));
  }

  /** Records that nothing is withheld, because it was sent or is not wanted any longer. */
  void end(ClusterName cluster) {
    byCluster.remove(cluster);
  }

  /** Records that inputs are not withheld any longer, unless others are. */
  void end(ClusterName cluster, String inputs) {
    if (in(cluster).flatMap(Withheld::inputs).equals(Optional.of(inputs))) {
      end(cluster);
    }
  }

  /** Returns what is withheld by cluster, for the state. */
  Optional<Map<ClusterName, Withheld>> all() {
    return Optional.of(Map.copyOf(byCluster));
  }
}
