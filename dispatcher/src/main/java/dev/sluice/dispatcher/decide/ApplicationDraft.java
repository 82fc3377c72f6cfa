package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Draft of one application's next state during a decision. */
public final class ApplicationDraft {

  private static final String LEFT = "the fleet no longer has it here";

  private final ApplicationState before;
  private final SentTargets sent;
  private final SourceFailures failures;
  private final Holds holds;
  private final Demands demands;
  private final PossibleAnnouncements possible;
  private final CommandOutcomes outcomes;
  private final Withholdings withholdings;
  private final Decision decision;

  ApplicationDraft(ApplicationState before, Decision decision) {
    this.before = before;
    this.sent = new SentTargets(before, decision);
    this.failures = new SourceFailures(before.application(), before.refused(), decision);
    this.holds = new Holds(before, decision);
    this.possible =
        new PossibleAnnouncements(
            before.application(), before.possible().orElse(Map.of()), decision);
    this.outcomes = new CommandOutcomes(before, decision);
    this.demands = new Demands(before.demands(), outcomes);
    this.withholdings = new Withholdings(before, decision);
    this.decision = decision;
  }

  ApplicationName name() {
    return before.application();
  }

  boolean isDefinedAs(Definition definition) {
    return before.definition().equals(Optional.of(definition));
  }

  /**
   * Sends a target unless the last one had the same inputs and no command demands it again. Inputs
   * of a suspended application, or of another commit than the restored one, are not sent. Other
   * inputs wait until the gate lets them pass.
   *
   * @param positions of the sources' commits
   * @param gate decides whether the inputs may be sent now
   * @return what this means for the commands that wait for it
   */
  CommandOutcomes.Outcome send(
      Finding.Differs finding,
      Provenance provenance,
      List<RefPosition> positions,
      OriginalRecord origin,
      SendGate gate) {
    ClusterTarget cluster = finding.cluster();
    Hold hold = holds.in(cluster.name());
    if (hold != null
        && (hold.excludesSources()
            || !hold.commit().equals(Optional.of(finding.payload().commit())))) {
      return CommandOutcomes.Outcome.held(hold);
    }
    Optional<Dispatched> last = sent.in(cluster.name());
    String digest = finding.payload().digest();
    Demand demand = demands.in(cluster.name());
    if (demand == null && last.flatMap(Dispatched::inputDigest).equals(Optional.of(digest))) {
      closeSourceFailure(cluster.name());
      withholdings.end(cluster.name());
      return same(cluster.name());
    }
    SendGate.Candidate candidate =
        new SendGate.Candidate(
            finding.definition(), cluster.name(), digest, kind(cluster.name(), digest));
    Optional<Obstacle> obstacle =
        gate.obstacle(candidate, withholdings.release(cluster.name()), decision.now());
    if (obstacle.isPresent()) {
      closeSourceFailure(cluster.name());
      return withheld(finding, obstacle.get());
    }
    Optional<Obstacle> ofCommand =
        candidate.kind() == SendGate.Kind.LOST && demand != null && demand.hasCommand()
            ? gate.obstacle(
                candidate.as(SendGate.Kind.AGAIN),
                withholdings.release(cluster.name()),
                decision.now())
            : Optional.empty();
    Demand met = demand != null && ofCommand.isPresent() ? demand.withoutCommand() : demand;
    SyncEvent.Target target =
        new SyncEvent.Target(
            name(),
            cluster.name(),
            sent.next(cluster.name()),
            finding.definition().spec(),
            finding.payload().sources(),
            met != null && met.approved(),
            digest,
            provenance(provenance, met, withholdings.release(cluster.name(), digest)),
            met == null ? Optional.empty() : met.approval());
    Optional<Failure> tooLarge = add(target, finding.reason(), positions, Optional.empty());
    if (tooLarge.isPresent()) {
      Failure failure = tooLarge.get();
      decision.refused(before, failure);
      refuse(cluster.name(), failure, origin);
      possible.announce(cluster.name(), failure, PossibleObjects.of(target), provenance);
      return refused(cluster.name(), failure);
    }
    closeSourceFailure(cluster.name());
    if (ofCommand.isPresent()) {
      demands.restored(cluster.name());
      return withheld(finding, ofCommand.get());
    }
    withholdings.end(cluster.name());
    CommandOutcomes.Outcome outcome = CommandOutcomes.Outcome.sent(target.generation());
    demands.met(cluster.name(), outcome);
    return outcome;
  }

  private CommandOutcomes.Outcome withheld(Finding.Differs finding, Obstacle obstacle) {
    return CommandOutcomes.Outcome.withheld(
        withholdings.withhold(
            finding.cluster().name(),
            obstacle,
            Optional.of(finding.payload().commit()),
            finding.payload().digest()));
  }

  /**
   * Sends the recorded inputs of an earlier generation again.
   *
   * @return what this means for the command that asks for it
   */
  CommandOutcomes.Outcome repeat(SyncEvent.Target recorded, String reason, Provenance provenance) {
    SyncEvent.Target target =
        recorded.repeated(sent.next(recorded.cluster()), provenance, false, Optional.empty());
    return add(target, reason, List.of(), Optional.of(recorded.generation()))
        .map(tooLarge -> CommandOutcomes.Outcome.refused(tooLarge, false))
        .orElseGet(
            () ->
                CommandOutcomes.Outcome.repeated(
                    target.generation(), recorded.generation(), Optional.empty()));
  }

  /** Sends a target, unless it is too large for a record; returns the failure in that case. */
  Optional<Failure> add(
      SyncEvent.Target target,
      String reason,
      List<RefPosition> positions,
      Optional<Generation> repeated) {
    Optional<Failure> tooLarge = sent.add(target, reason, positions, repeated);
    if (tooLarge.isEmpty()) {
      possible.replaced(target.cluster()); // the target states its objects
    }
    return tooLarge;
  }

  /** Returns the provenance with the commands without which the target was not sent now. */
  private static Provenance provenance(
      Provenance cause, @Nullable Demand demand, Optional<Withheld.Release> release) {
    Provenance demanded = demand == null ? cause : cause.with(demand.command());
    Provenance all = demanded;
    for (EventId command : release.map(Withheld.Release::commands).orElse(List.of())) {
      all = all.with(command);
    }
    return all;
  }

  /** Returns why inputs would be sent. */
  private SendGate.Kind kind(ClusterName cluster, String digest) {
    if (!sent.in(cluster).flatMap(Dispatched::inputDigest).equals(Optional.of(digest))) {
      return isChosen(cluster) ? SendGate.Kind.CHOSEN : SendGate.Kind.NEW;
    }
    Demand demand = demands.in(cluster);
    return demand != null && demand.hasLoss() ? SendGate.Kind.LOST : SendGate.Kind.AGAIN;
  }

  /** Returns whether an operator has chosen a commit, and it was not sent since. */
  private boolean isChosen(ClusterName cluster) {
    Hold hold = holds.in(cluster);
    return hold != null
        && sent.in(cluster)
            .filter(last -> last.commit().equals(hold.commit()))
            .filter(last -> last.sentAt().filter(at -> at.isBefore(hold.since())).isEmpty())
            .isEmpty();
  }

  /** Returns the new inputs that are not sent yet. */
  Withholdings withholdings() {
    return withholdings;
  }

  /** Returns whether a command demands what an earlier resend has sent, which only the log has. */
  boolean isDemandedFromLog(ClusterName cluster, Hold hold) {
    return hold.resent().isPresent() && demands.in(cluster) != null;
  }

  /** Returns what refused sources mean for the commands that wait for the cluster. */
  CommandOutcomes.Outcome refused(ClusterName cluster, Failure failure) {
    return CommandOutcomes.Outcome.refused(failure, demands.in(cluster) != null);
  }

  /** Returns what unchanged inputs mean for the commands that wait for the cluster. */
  CommandOutcomes.Outcome same(ClusterName cluster) {
    return CommandOutcomes.Outcome.same(sent.generation(cluster));
  }

  /** Returns the commands whose outcome is not known yet. */
  CommandOutcomes outcomes() {
    return outcomes;
  }

  /** Removes the application from a cluster if it was sent there and is not removed already. */
  void remove(ClusterName cluster, boolean orphan, Provenance provenance) {
    close(cluster, DeadLetterEvent.Closed.Reason.REMOVED);
    demands.leave(cluster);
    outcomes.reached(cluster, CommandOutcomes.Outcome.removed());
    holds.leave(cluster, "dispatcher", LEFT);
    withholdings.end(cluster);
    if (sent.remove(cluster, orphan, provenance)) {
      possible.replaced(cluster);
    } else {
      possible.withdraw(cluster);
    }
  }

  /**
   * Returns the records about objects that the application may have while its sources are refused.
   */
  PossibleAnnouncements possible() {
    return possible;
  }

  void refuse(ClusterName cluster, Failure failure, OriginalRecord origin) {
    withholdings.endRelease(cluster);
    failures.add(cluster, failure, origin, sent.subject(cluster));
  }

  /** Returns what was sent last. */
  SentTargets sent() {
    return sent;
  }

  /** Returns what holds the application. */
  Holds holds() {
    return holds;
  }

  /** Returns the demands for new generations. */
  Demands demands() {
    return demands;
  }

  /** Continues counting from the generation that the cluster has reached. */
  void countFrom(ClusterName cluster, Generation reached) {
    sent.countFrom(cluster, reached);
    holds.announce(cluster, "dispatcher", "the partition's state was lost");
  }

  /** Closes a dead letter as discarded by an operator, which may be the one about the sources. */
  void discard(ClusterName cluster, DeadLetterId entry, String by, String why, EventId command) {
    failures.discard(cluster, entry, sent.generation(cluster), by, why, command);
  }

  /** Closes the dead letter about the sources, which are valid again for this cluster. */
  void closeSourceFailure(ClusterName cluster) {
    possible.withdraw(cluster);
    close(cluster, DeadLetterEvent.Closed.Reason.SUCCEEDED);
  }

  /** Returns the next state; empty if nothing changed. */
  Optional<ApplicationState> changed(Optional<Definition> definition, String fleetRevision) {
    ApplicationState after =
        new ApplicationState(
            name(),
            definition,
            fleetRevision,
            sent.all(),
            failures.attempts(),
            holds.all(),
            demands.all(),
            definition.isPresent() ? Optional.empty() : retiredOwner(),
            outcomes.carriedOut(),
            Optional.of(possible.digests()),
            outcomes.left(),
            withholdings.all());
    return after.equals(before) ? Optional.empty() : Optional.of(after);
  }

  Optional<ApplicationState> changed() {
    return changed(before.definition(), before.fleetRevision());
  }

  private Optional<RepositoryId> retiredOwner() {
    return before.definition().map(Definition::owningRepository).or(before::retiredOwner);
  }

  ApplicationState before() {
    return before;
  }

  private void close(ClusterName cluster, DeadLetterEvent.Closed.Reason reason) {
    failures.close(cluster, reason, sent.generation(cluster));
  }
}
