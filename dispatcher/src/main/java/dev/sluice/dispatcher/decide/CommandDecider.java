package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decision about an operator's command to an application. Pure. */
public final class CommandDecider {

  private final ApplicationState state;
  private final Definition definition;
  private final CommandEvent.Given given;
  private final EventId id;
  private final Instant now;
  private final Optional<Resent> resent;

  private CommandDecider(
      ApplicationState state,
      Definition definition,
      CommandEvent.Given given,
      EventId id,
      Instant now,
      Optional<Resent> resent) {
    this.state = state;
    this.definition = definition;
    this.given = given;
    this.id = id;
    this.now = now;
    this.resent = resent;
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
     * @param pinned the commit that the application is pinned to by a resend; empty otherwise
     */
    record Accepted(
        Consumer<ApplicationDraft> change,
        Optional<RefKey> ref,
        Optional<Trigger.Reason> trigger,
        String message,
        Optional<CommitId> pinned)
        implements Verdict {

      /** Creates the verdict about a command that sends nothing recorded. */
      public Accepted(
          Consumer<ApplicationDraft> change,
          Optional<RefKey> ref,
          Optional<Trigger.Reason> trigger,
          String message) {
        this(change, ref, trigger, message, Optional.empty());
      }
    }

    record Refused(String message) implements Verdict {}
  }

  /**
   * Decides about a command.
   *
   * @param recorded the target that a resend names; empty for other commands, and before it is read
   */
  public static Verdict judge(
      Optional<ApplicationState> state,
      CommandEvent.Given given,
      EventId id,
      Instant now,
      Optional<SyncEvent.Target> recorded) {
    Verdict verdict =
        judgeResent(
            state, given, id, now, recorded.map(target -> Resent.of(target, state.orElseThrow())));
    return verdict instanceof Verdict.Accepted && given.command() instanceof Command.Resend
        ? state
            .flatMap(ApplicationState::definition)
            .flatMap(definition -> ResendDecider.closedWindow(definition, given, now))
            .orElse(verdict)
        : verdict;
  }

  /** Decides about a command whose answer is known: a resend pinned the application, or did not. */
  public static Verdict judgeAnswered(
      Optional<ApplicationState> state,
      CommandEvent.Given given,
      EventId id,
      Instant now,
      Optional<CommitId> pinned) {
    return judgeResent(state, given, id, now, Optional.of(new Resent(Optional.empty(), pinned)));
  }

  private static Verdict judgeResent(
      Optional<ApplicationState> state,
      CommandEvent.Given given,
      EventId id,
      Instant now,
      Optional<Resent> resent) {
    Optional<Definition> definition = state.flatMap(ApplicationState::definition);
    if (definition.isEmpty()) {
      return new Verdict.Refused("the fleet has no application " + given.application());
    }
    return new CommandDecider(state.orElseThrow(), definition.get(), given, id, now, resent)
        .judge();
  }

  private Verdict judge() {
    Optional<String> objection =
        definition.spec().project().flatMap(project -> project.objectionToCommander(given.by()));
    if (objection.isPresent()) {
      return new Verdict.Refused(objection.get());
    }
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
              "Git is read, and inputs that differ by today's definition are sent");
      case Command.Resync _ ->
          demand(
              clusters,
              new Demand(id, given.by()),
              "the current inputs by today's definition are sent as a new generation once Git was"
                  + " evaluated; if Git cannot be read, those that were sent last");
      case Command.Restore restore ->
          hold(
              clusters,
              new Hold(Optional.of(restore.commit()), given.by(), given.reason(), now),
              "pinned to %s; what Git has there is sent, by today's definition"
                  .formatted(restore.commit()));
      case Command.Resend resend ->
          suspension(clusters)
              .orElseGet(
                  () -> new ResendDecider(state, given, id, now, resent).judge(clusters, resend));
      case Command.Rebuild _ ->
          accepted(clusters, (_, _) -> {}, Optional.empty(), "compared with what is recomputed");
      case Command.Suspend _ ->
          hold(
              clusters,
              new Hold(Optional.empty(), given.by(), given.reason(), now),
              isHeld(clusters, Holds::isSuspension)
                  ? "was suspended already; the new reason replaces the former"
                  : "suspended");
      case Command.Resume _ ->
          accepted(
              clusters,
              (draft, cluster) -> draft.holds().resume(cluster, given.by(), given.reason()),
              Optional.of(applicationDue()),
              isHeld(clusters, Objects::isNull)
                  ? "was neither suspended nor pinned; Git is evaluated"
                  : "follows Git again, by today's definition");
      case Command.Approve approve -> approve(clusters, approve);
      case Command.Release release -> release(clusters, release);
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
    if (concerned.stream().anyMatch(cluster -> isClosed(cluster, entry))) {
      return new Verdict.Refused("the dead letter %s is not open".formatted(entry));
    }
    return accepted(
        concerned,
        (draft, cluster) -> draft.discard(cluster, entry, given.by(), given.reason(), id),
        Optional.empty(),
        "the dead letter is closed");
  }

  /** Returns whether the entry is about the sources, which are not refused here. */
  private boolean isClosed(ClusterName cluster, DeadLetterId entry) {
    return entry.equals(DeadLetterId.ofSources(cluster, given.application()))
        && !state.refused().containsKey(cluster);
  }

  /** Returns whether the holds in all of these clusters are such. */
  private boolean isHeld(Set<ClusterName> clusters, Predicate<@Nullable Hold> such) {
    return clusters.stream().map(cluster -> state.holds().get(cluster)).allMatch(such);
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
        new Demand(id, true, given.by(), Optional.of(approval), Optional.empty()),
        "approved; the inputs are sent as a new generation once Git was evaluated, and what it"
            + " deletes is compared with the plan");
  }

  /** Lets withheld inputs pass, in the clusters in which the command lifts what withholds them. */
  private Verdict release(Set<ClusterName> clusters, Command.Release release) {
    ReleaseDecider releases = new ReleaseDecider(state, given.by(), id, release);
    Set<ClusterName> released = releases.released(clusters);
    if (released.isEmpty()) {
      return new Verdict.Refused(releases.refusal(clusters));
    }
    return suspension(released)
        .orElseGet(
            () ->
                accepted(
                    released,
                    (draft, cluster) ->
                        draft.withholdings().release(cluster, releases.release(cluster)),
                    Optional.of(applicationDue()),
                    releases.message(released)));
  }

  private Verdict demand(Set<ClusterName> clusters, Demand demand, String message) {
    return suspension(clusters)
        .orElseGet(
            () ->
                accepted(
                    clusters,
                    (draft, cluster) -> draft.demands().add(cluster, demand),
                    Optional.of(applicationDue()),
                    message));
  }

  /** Returns the refusal to send anything where the application is suspended. */
  private Optional<Verdict> suspension(Set<ClusterName> clusters) {
    for (ClusterName cluster : clusters) {
      Hold hold = state.holds().get(cluster);
      if (hold != null && Holds.isSuspension(hold)) {
        return Optional.of(
            new Verdict.Refused(
                "%s is suspended in %s by %s (%s): resume it first"
                    .formatted(given.application(), cluster, hold.by(), hold.reason())));
      }
    }
    return Optional.empty();
  }

  private Verdict hold(Set<ClusterName> clusters, Hold hold, String message) {
    return accepted(
        clusters,
        (draft, cluster) -> draft.holds().hold(cluster, hold),
        hold.commit().map(_ -> applicationDue()),
        message);
  }

  /** Returns the beginning of the answer to a retry, which names the dead letters. */
  private String retried() {
    List<DeadLetterId> entries = given.command().retried();
    return entries.isEmpty()
        ? ""
        : "retries %s; "
            .formatted(entries.stream().map(DeadLetterId::value).collect(Collectors.joining(", ")));
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
        draft ->
            clusters.forEach(
                cluster -> {
                  change.accept(draft, cluster);
                  if (trigger.isPresent()) {
                    draft.outcomes().await(cluster, id);
                  }
                }),
        Optional.of(RefKey.of(definition.sources().getFirst())),
        trigger,
        "%s%s: %s".formatted(retried(), message, clusters));
  }
}
