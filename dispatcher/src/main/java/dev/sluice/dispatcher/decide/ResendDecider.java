package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.CommandDecider.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decision about a command that sends recorded inputs again. Afterwards nothing else is sent until
 * the application is resumed, unless these inputs are in force already. Pure.
 */
final class ResendDecider {

  private final ApplicationState state;
  private final CommandEvent.Given given;
  private final EventId id;
  private final Instant now;
  private final Optional<Resent> resent;

  /**
   * Creates a decision.
   *
   * @param resent what the log says about the generation; empty before it is read
   */
  ResendDecider(
      ApplicationState state,
      CommandEvent.Given given,
      EventId id,
      Instant now,
      Optional<Resent> resent) {
    this.state = state;
    this.given = given;
    this.id = id;
    this.now = now;
    this.resent = resent;
  }

  /** Returns the refusal of a resend while no maintenance window allows it; empty if one does. */
  static Optional<Verdict> closedWindow(
      Definition definition, CommandEvent.Given given, Instant now) {
    return definition.clusters().stream()
        .map(ClusterTarget::name)
        .filter(cluster -> given.clusters().isEmpty() || given.clusters().contains(cluster))
        .flatMap(cluster -> SendGate.closedWindow(definition, cluster, now).stream())
        .findFirst()
        .map(
            closed ->
                new Verdict.Refused(
                    "nothing is sent before %s: resend it then, or use sluice rollback, which waits for it and which sluice release --ignore-windows sends now"
                        .formatted(closed.waitsFor())));
  }

  Verdict judge(Set<ClusterName> clusters, Command.Resend resend) {
    if (clusters.size() != 1) {
      return new Verdict.Refused(
          "a resend names a generation of one cluster, and not of %s".formatted(clusters));
    }
    ClusterName cluster = clusters.iterator().next();
    Dispatched last = state.dispatched().get(cluster);
    if (resent.isEmpty() && (last == null || resend.generation().isAfter(last.generation()))) {
      return new Verdict.Refused(
          "generation %s was not sent to %s: %s"
              .formatted(
                  resend.generation(),
                  cluster,
                  last == null ? "nothing was" : "the last one is " + last.generation()));
    }
    Optional<CommitId> pinned = resent.flatMap(Resent::pinned);
    return new Verdict.Accepted(
        draft -> carryOut(draft, cluster, resend),
        Optional.empty(),
        Optional.empty(),
        "the recorded inputs and definition of generation %s are sent as a new generation%s: %s"
            .formatted(
                resend.generation(),
                pinned.map(", pinned to %s until it is resumed"::formatted).orElse(""),
                clusters),
        pinned);
  }

  private void carryOut(ApplicationDraft draft, ClusterName cluster, Command.Resend resend) {
    Resent recorded = resent.orElseThrow();
    recorded.pinned().ifPresent(commit -> draft.holds().hold(cluster, pin(commit, resend)));
    recorded
        .target()
        .ifPresent(
            target -> {
              draft.outcomes().await(cluster, id);
              draft.outcomes().reached(cluster, Set.of(id), repeat(draft, target));
            });
  }

  private Hold pin(CommitId commit, Command.Resend resend) {
    return new Hold(
        Optional.of(commit), given.by(), given.reason(), now, Optional.of(resend.generation()));
  }

  private CommandOutcomes.Outcome repeat(ApplicationDraft draft, SyncEvent.Target target) {
    Provenance provenance =
        new Provenance(List.of(id), Optional.of(given.by()), now, now, id.value(), 1);
    return draft.repeat(target, "command " + given.command().word(), provenance);
  }
}
