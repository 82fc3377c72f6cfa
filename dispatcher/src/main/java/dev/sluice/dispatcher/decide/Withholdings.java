package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ResultEvent;
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
   * Withholds inputs.
   *
   * @param commit the first source's commit of the inputs
   */
  Withheld withhold(
      ClusterName cluster, Withheld.Cause cause, String waitsFor, Optional<CommitId> commit) {
    Optional<Withheld> before = in(cluster);
    Instant since =
        before.filter(known -> known.cause() == cause).map(Withheld::since).orElse(decision.now());
    Withheld after = new Withheld(cause, waitsFor, since, commit, Optional.empty());
    if (!before.equals(Optional.of(after))) {
      byCluster.put(cluster, after);
      decision.add(new ResultEvent.Held(cluster, application, after));
    }
    return after;
  }

  /** Lets the withheld inputs pass at the next evaluation. */
  void release(ClusterName cluster, Withheld.Release release) {
    byCluster.computeIfPresent(cluster, (_, withheld) -> withheld.released(release));
  }

  /** Ends an operator's release, since its inputs were refused: later ones wait again. */
  void endRelease(ClusterName cluster) {
    byCluster.computeIfPresent(
        cluster,
        (_, withheld) ->
            new Withheld(
                withheld.cause(),
                withheld.waitsFor(),
                withheld.since(),
                withheld.commit(),
                Optional.empty()));
  }

  /** Records that nothing is withheld, because it was sent or is not wanted any longer. */
  void end(ClusterName cluster) {
    byCluster.remove(cluster);
  }

  /** Returns what is withheld by cluster, for the state. */
  Optional<Map<ClusterName, Withheld>> all() {
    return Optional.of(Map.copyOf(byCluster));
  }
}
