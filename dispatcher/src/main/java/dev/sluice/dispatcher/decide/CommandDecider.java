package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.ChangeEvent.CommandGiven;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Decision about an operator's command to an application. Pure. */
public final class CommandDecider {

  private final ApplicationState state;
  private final Definition definition;
  private final CommandGiven given;
  private final EventId id;
  private final Instant now;

  private CommandDecider(
      ApplicationState state, Definition definition, CommandGiven given, EventId id, Instant now) {
    this.state = state;
    this.definition = definition;
    this.given = given;
    this.id = id;
    this.now = now;
  }

  /** Verdict about a command. */
  public sealed interface Verdict {

    /** Returns the answer for the operator. */
    String message();

    /**
     * The command is carried out.
     *
     * @param change to the application's state
     * @param trigger of the evaluation that follows; empty if none does
     */
    record Accepted(
        Consumer<ApplicationDraft> change,
        Optional<RefKey> ref,
        Optional<Trigger.Reason> trigger,
        String message)
        implements Verdict {}

    record Refused(String message) implements Verdict {}
  }

  public static Verdict judge(
      Optional<ApplicationState> state, CommandGiven given, EventId id, Instant now) {
    Optional<Definition> definition = state.flatMap(ApplicationState::definition);
    if (definition.isEmpty()) {
      return new Verdict.Refused("the fleet has no application " + given.application());
    }
    return new CommandDecider(state.orElseThrow(), definition.get(), given, id, now).judge();
  }

  private Verdict judge() {
    Set<ClusterName> all =
        definition.clusters().stream()
            .map(ClusterTarget::name)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<ClusterName> clusters = given.clusters().isEmpty() ? all : new TreeSet<>(given.clusters());
    if (!all.containsAll(clusters)) {
      clusters.removeAll(all);
      return new Verdict.Refused("%s does not go to %s".formatted(given.application(), clusters));
    }
    return switch (given.command()) {
      case Command.Reevaluate _ ->
          accepted(
              clusters,
              (_, _) -> {},
              Optional.of(new Trigger.Reason.RefMoved(Optional.empty())),
              "Git is evaluated again");
      case Command.Resync _ -> demand(clusters, new Demand(id, given.by()), "sent again");
      case Command.Restore restore ->
          hold(
              clusters,
              new Hold(Optional.of(restore.commit()), given.by(), given.reason(), now),
              "pinned to " + restore.commit());
      case Command.Rebuild _ ->
          accepted(clusters, (_, _) -> {}, Optional.empty(), "compared with what is recomputed");
      case Command.Suspend _ ->
          hold(clusters, new Hold(Optional.empty(), given.by(), given.reason(), now), "suspended");
      case Command.Resume _ ->
          accepted(
              clusters,
              (draft, cluster) -> draft.resume(cluster, given.by(), given.reason()),
              Optional.of(applicationDue()),
              "follows Git again");
      case Command.Approve approve -> approve(clusters, approve);
      case Command.Discard discard -> discard(clusters, discard.entry());
    };
  }

  /** Discards a dead letter of the commanded application; one of another application is refused. */
  private Verdict discard(Set<ClusterName> clusters, DeadLetterId entry) {
    Set<ClusterName> concerned =
        clusters.stream()
            .filter(
                cluster ->
                    entry.concerns(cluster, given.application()) || entry.isRecordFor(cluster))
            .collect(Collectors.toCollection(TreeSet::new));
    if (concerned.isEmpty()) {
      return new Verdict.Refused(
          "%s is no dead letter of %s in %s".formatted(entry, given.application(), clusters));
    }
    return accepted(
        concerned,
        (draft, cluster) -> draft.discard(cluster, entry, given.by(), given.reason()),
        Optional.empty(),
        "the dead letter is closed");
  }

  /** Approves one plan of deletions, which is for one cluster. */
  private Verdict approve(Set<ClusterName> clusters, Command.Approve approve) {
    if (approve.plan().isEmpty()) {
      return new Verdict.Refused(
          "an approval names the plan of deletions that was looked at: sluice approve shows it");
    }
    if (clusters.size() != 1) {
      return new Verdict.Refused(
          "an approval names the plan of one cluster, and not of %s".formatted(clusters));
    }
    ClusterName cluster = clusters.iterator().next();
    Dispatched last = state.dispatched().get(cluster);
    if (last == null || !last.generation().equals(approve.generation())) {
      return new Verdict.Refused(
          "generation %s is not what was sent to %s last (%s): look at that one"
              .formatted(
                  approve.generation(),
                  cluster,
                  last == null ? "nothing was" : last.generation().toString()));
    }
    Approval approval =
        new Approval(approve.plan().orElseThrow(), approve.generation(), last.commit(), given.by());
    return demand(
        clusters,
        new Demand(id, true, given.by(), Optional.of(approval)),
        "approved, and sent again: what it deletes is compared with the plan");
  }

  private Verdict demand(Set<ClusterName> clusters, Demand demand, String message) {
    for (ClusterName cluster : clusters) {
      Hold hold = state.holds().get(cluster);
      if (hold != null && ApplicationDraft.isSuspension(hold)) {
        return new Verdict.Refused(
            "%s is suspended in %s by %s (%s): resume it first"
                .formatted(given.application(), cluster, hold.by(), hold.reason()));
      }
    }
    return accepted(
        clusters,
        (draft, cluster) -> draft.demand(cluster, demand),
        Optional.of(applicationDue()),
        message);
  }

  private Verdict hold(Set<ClusterName> clusters, Hold hold, String message) {
    return accepted(
        clusters,
        (draft, cluster) -> draft.hold(cluster, hold),
        hold.commit().map(_ -> applicationDue()),
        message);
  }

  private Trigger.Reason applicationDue() {
    return new Trigger.Reason.ApplicationDue(
        given.application(), "command " + given.command().word());
  }

  private Verdict accepted(
      Set<ClusterName> clusters,
      BiConsumer<ApplicationDraft, ClusterName> change,
      Optional<Trigger.Reason> trigger,
      String message) {
    return new Verdict.Accepted(
        draft -> clusters.forEach(cluster -> change.accept(draft, cluster)),
        Optional.of(RefKey.of(definition.sources().getFirst())),
        trigger,
        "%s: %s".formatted(message, clusters));
  }
}
