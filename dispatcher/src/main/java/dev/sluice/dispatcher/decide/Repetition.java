package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.name.ClusterName;
import java.util.List;
import java.util.Optional;

/** Repetition of what was sent last to the clusters of an application, for their demands. */
final class Repetition {

  private final ApplicationDraft draft;
  private final Decision decision;

  Repetition(ApplicationDraft draft, Decision decision) {
    this.draft = draft;
    this.decision = decision;
  }

  /**
   * Sends the inputs that were sent last again, because a new generation is demanded and Git does
   * not say what to send. Nothing is sent if other inputs were sent since they were read, or if the
   * application was suspended. What a command demands waits for a maintenance window, and what a
   * cluster has lost does not.
   *
   * @param recorded a target with these inputs
   * @param why Git does not say it, in words
   */
  void send(SyncEvent.Target recorded, Provenance provenance, String why) {
    ClusterName cluster = recorded.cluster();
    Demand demand = draft.demands().in(cluster);
    if (demand == null
        || Holds.isSuspension(draft.holds().in(cluster))
        || !draft
            .sent()
            .in(cluster)
            .flatMap(Dispatched::inputDigest)
            .equals(Optional.of(recorded.inputDigest()))) {
      return;
    }
    Optional<Withheld> waiting = waiting(demand, recorded);
    waiting.ifPresent(
        withheld -> draft.outcomes().reached(cluster, CommandOutcomes.Outcome.withheld(withheld)));
    if (waiting.isEmpty()) {
      draft.withholdings().end(cluster, recorded.inputDigest());
    } else if (!demand.hasLoss()) {
      return;
    }
    Demand met = waiting.isPresent() ? demand.withoutCommand() : demand;
    SyncEvent.Target target =
        recorded.repeated(
            draft.sent().next(cluster),
            provenance.by(met.command(), met.by()),
            met.approved(),
            met.approval());
    Optional<Failure> tooLarge =
        draft.add(target, met.reason(), List.of(), Optional.of(recorded.generation()));
    if (tooLarge.isPresent()) {
      unmet(cluster, CommandOutcomes.Outcome.refused(tooLarge.get(), false));
    } else if (waiting.isPresent()) {
      draft.demands().restored(cluster);
    } else {
      CommandOutcomes.Outcome outcome =
          CommandOutcomes.Outcome.repeated(
              target.generation(), recorded.generation(), Optional.of(why));
      draft.demands().met(cluster, outcome);
      if (isPinnedToRecord(cluster)) {
        draft.outcomes().reached(cluster, outcome); // no evaluation answers the others
        draft.withholdings().endRelease(cluster); // it was for these inputs
      }
    }
  }

  /** Returns what keeps recorded inputs from being sent for a command; empty if nothing does. */
  private Optional<Withheld> waiting(Demand demand, SyncEvent.Target recorded) {
    ClusterName cluster = recorded.cluster();
    if (!demand.hasCommand()) {
      return Optional.empty();
    }
    Optional<Obstacle> closed = closedWindow(cluster);
    if (closed.isPresent()) {
      return Optional.of(draft.withholdings().withholdUnlessNewer(cluster, closed.get(), recorded));
    }
    return demand.hasLoss() ? draft.withholdings().newer(cluster, recorded) : Optional.empty();
  }

  private Optional<Obstacle> closedWindow(ClusterName cluster) {
    return draft
            .withholdings()
            .release(cluster)
            .filter(given -> given.lifts(Withheld.Cause.WINDOW))
            .isEmpty()
        ? draft
            .before()
            .definition()
            .flatMap(now -> SendGate.closedWindow(now, cluster, decision.now()))
        : Optional.empty();
  }

  /** Gives up what is demanded while recorded inputs are pinned, because nothing has them. */
  void giveUp(ClusterName cluster, String why) {
    if (isPinnedToRecord(cluster)) {
      unmet(cluster, CommandOutcomes.Outcome.unrecorded(why));
    }
  }

  private boolean isPinnedToRecord(ClusterName cluster) {
    Hold hold = draft.holds().in(cluster);
    return hold != null && hold.resent().isPresent();
  }

  /** Drops what is demanded, and answers all commands that wait for the cluster. */
  private void unmet(ClusterName cluster, CommandOutcomes.Outcome outcome) {
    draft.demands().met(cluster, outcome);
    draft.outcomes().reached(cluster, outcome);
  }
}
