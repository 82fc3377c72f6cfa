package dev.sluice.dispatcher.decide;

import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decider of the records that follow from a partition's events. Pure except for the partition's
 * state, as {@link EvaluationDecider} is.
 */
public final class EventDecider {

  private final PartitionState partitionState;
  private final String source;

  public EventDecider(PartitionState partitionState, int partition) {
    this.partitionState = partitionState;
    this.source = source(partition);
  }

  /** Returns the CloudEvents source of the events that a partition writes. */
  static String source(int partition) {
    return "dispatcher/home-" + partition;
  }

  /**
   * Accepts an application's definition and removes the application from clusters that it no longer
   * selects.
   */
  public Decision accepted(ChangeEvent.DefinitionAccepted event, Trigger.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    Definition definition = event.definition();
    ApplicationDraft draft = partitionState.draft(definition.application(), decision);
    Set<ClusterName> selected =
        definition.clusters().stream().map(ClusterTarget::name).collect(Collectors.toSet());
    Provenance provenance = removal(cause, event.approval(), event.fleetRevision(), now);
    for (ClusterName cluster : clusters(draft.before())) {
      if (!selected.contains(cluster)) {
        boolean orphan = definition.orphanOnRemoval() || event.orphaned().contains(cluster);
        draft.remove(cluster, orphan, provenance);
      }
    }
    suspendInNewClusters(draft, selected);
    // an unchanged definition keeps its revision: otherwise every fleet revision would rewrite all
    // states
    String revision =
        draft.isDefinedAs(definition) ? draft.before().fleetRevision() : event.fleetRevision();
    draft
        .changed(Optional.of(definition), revision)
        .ifPresent(state -> partitionState.remember(decision, state));
    return decision;
  }

  /** Removes the application from all clusters. Its generations stay counted. */
  public Decision removed(ChangeEvent.DefinitionRemoved event, Trigger.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    Optional<ApplicationState> known = partitionState.application(event.application());
    if (known.isEmpty()) {
      return decision;
    }
    ApplicationDraft draft = new ApplicationDraft(known.get(), decision);
    boolean orphan = known.get().definition().map(Definition::orphanOnRemoval).orElse(false);
    Provenance provenance = removal(cause, event.approval(), event.fleetRevision(), now);
    for (ClusterName cluster : clusters(known.get())) {
      draft.remove(cluster, orphan || event.orphans(cluster), provenance);
    }
    draft
        .changed(Optional.empty(), event.fleetRevision())
        .ifPresent(state -> partitionState.remember(decision, state));
    return decision;
  }

  /**
   * Records which other partitions read a repository. A former name that is one of the readers is
   * forgotten: the fleet has the new name there now, and its partition gets the changes under it.
   * Other former names stay, since a partition announces a redirect only once, and without polls
   * nothing else would tell it of changes.
   */
  public Decision readers(ChangeEvent.ReadersAccepted event, Trigger.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    Set<RepositoryId> names =
        new TreeSet<>(partitionState.repository(event.repository()).formerNames().orElse(Set.of()));
    names.removeAll(event.readers());
    partitionState.remember(
        decision, new RepositoryState(event.repository(), event.readers(), Optional.of(names)));
    return decision;
  }

  /** Records a former name by which applications follow a repository. */
  public Decision renamed(ChangeEvent.RenameFound event, Trigger.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    RepositoryState before = partitionState.repository(event.repository());
    Set<RepositoryId> names = new TreeSet<>(before.formerNames().orElse(Set.of()));
    if (names.add(event.formerName())) {
      partitionState.remember(
          decision, new RepositoryState(event.repository(), before.readers(), Optional.of(names)));
    }
    return decision;
  }

  /**
   * Forwards a change to the other partitions that read the repository, and under its former names
   * to theirs.
   */
  public Decision forwarded(ChangeEvent.RefChanged change, Trigger.Cause cause, Instant now) {
    EventId original = cause.events().getFirst();
    Decision decision = forwardedToReaders(change, original, cause, now);
    for (RepositoryId name : partitionState.formerNames(change.repository())) {
      decision.add(
          decision.encoded(
              EventId.of("forward-renamed", original, name),
              new ChangeEvent.RefForwarded(
                  name,
                  original,
                  new ChangeEvent.RefChanged(
                      name,
                      change.ref(),
                      change.before(),
                      change.after(),
                      change.origin(),
                      change.head()))));
    }
    return decision;
  }

  /** Forwards a change to the other partitions that read the repository. */
  public Decision forwardedToReaders(
      ChangeEvent.RefChanged change, EventId original, Trigger.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    for (RepositoryId reader : partitionState.readersInOtherPartitions(change.repository())) {
      decision.add(
          decision.encoded(
              EventId.of("forward", original, reader),
              new ChangeEvent.RefForwarded(reader, original, change)));
    }
    return decision;
  }

  /**
   * Continues counting from the ledger of a cluster that is ahead, or has other inputs under the
   * same generation.
   *
   * @return empty if this partition assigned that generation, or a later one
   */
  public Optional<Decision> ledgerAhead(
      ChangeEvent.LedgerAhead event, Trigger.Cause cause, Instant now) {
    Optional<ApplicationState> known = partitionState.application(event.application());
    boolean counted =
        known
            .map(state -> state.dispatched().get(event.cluster()))
            .filter(
                last ->
                    event.sent().equals(event.ledger())
                        ? last.generation().isAfter(event.ledger())
                        : !event.ledger().isAfter(last.generation()))
            .isPresent();
    if (known.isEmpty() || counted) {
      return Optional.empty();
    }
    Decision decision = new Decision(source, now, cause.trace());
    ApplicationDraft draft = new ApplicationDraft(known.get(), decision);
    draft.countFrom(event.cluster(), event.ledger());
    draft.demands().add(event.cluster(), Demand.ofLoss(cause.events().getFirst()));
    draft.changed().ifPresent(state -> partitionState.remember(decision, state));
    return Optional.of(decision);
  }

  /**
   * Carries out an accepted command and answers it. The caller triggers the evaluation that
   * follows.
   */
  public Decision commanded(
      CommandEvent.Given given, Trigger.Cause cause, CommandDecider.Verdict verdict, Instant now) {
    EventId id = cause.events().getFirst();
    Decision decision = new Decision(source, now, cause.trace());
    Set<ClusterName> pending = Set.of();
    Optional<CommitId> pinned = Optional.empty();
    if (verdict instanceof CommandDecider.Verdict.Accepted accepted) {
      ApplicationDraft draft = partitionState.draft(given.application(), decision);
      accepted.change().accept(draft);
      pending = draft.outcomes().concerned(id);
      pinned = accepted.pinned();
      draft.outcomes().carryOut(id);
      draft.changed().ifPresent(state -> partitionState.remember(decision, state));
    }
    decision.add(
        decision.encoded(
            EventId.of("answer", id, EventStamp.next(now)),
            new CommandEvent.Answered(
                given.repository(),
                id,
                given.application(),
                given.clusters(),
                given.command(),
                given.by(),
                given.reason(),
                verdict instanceof CommandDecider.Verdict.Accepted,
                verdict.message(),
                Optional.of(pending),
                Optional.empty(),
                pinned)));
    return decision;
  }

  /**
   * Sends the target that was sent last again, if a command still demands a new generation.
   *
   * @param why Git does not say what to send, in words
   */
  public Decision repeated(SyncEvent.Target last, String why, Instant now) {
    Decision decision = new Decision(source, now, TraceParent.start());
    ApplicationDraft draft = partitionState.draft(last.application(), decision);
    new Repetition(draft, decision)
        .send(
            last,
            new Provenance(List.of(), Optional.empty(), now, now, "repeated@" + last.id(), 1),
            why);
    draft.changed().ifPresent(state -> partitionState.remember(decision, state));
    partitionState.decided(last.application(), now);
    return decision;
  }

  /** Gives up the demand of an application that is pinned to inputs which nothing has. */
  public Decision unrecorded(
      ApplicationName application, ClusterName cluster, String why, Instant now) {
    Decision decision = new Decision(source, now, TraceParent.start());
    ApplicationDraft draft = partitionState.draft(application, decision);
    new Repetition(draft, decision).giveUp(cluster, why);
    draft.changed().ifPresent(state -> partitionState.remember(decision, state));
    return decision;
  }

  /**
   * Opens a dead letter for an unreadable record.
   *
   * @param trace that it belongs to
   * @param message which record, why, and what to do
   */
  public Decision damaged(OriginalRecord original, TraceParent trace, String message, Instant now) {
    Decision decision = new Decision(source, now, trace);
    decision.add(DeadLetterEvent.Opened.damaged(original, original.position(), message, now));
    return decision;
  }

  /** Suspends an application in its new clusters if it is suspended in all that it had. */
  private static void suspendInNewClusters(ApplicationDraft draft, Set<ClusterName> selected) {
    ApplicationState before = draft.before();
    Set<ClusterName> known =
        before.definition().stream()
            .flatMap(definition -> definition.clusters().stream())
            .map(ClusterTarget::name)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!known.isEmpty()
        && known.stream().allMatch(cluster -> Holds.isSuspension(before.holds().get(cluster)))) {
      Hold hold = Objects.requireNonNull(before.holds().get(known.iterator().next()));
      selected.stream()
          .filter(cluster -> !known.contains(cluster))
          .forEach(cluster -> draft.holds().hold(cluster, hold));
    }
  }

  private static Set<ClusterName> clusters(ApplicationState state) {
    Set<ClusterName> clusters = new TreeSet<>(state.dispatched().keySet());
    clusters.addAll(state.refused().keySet());
    clusters.addAll(state.holds().keySet());
    state.awaiting().ifPresent(commands -> clusters.addAll(commands.keySet()));
    state.withheld().ifPresent(inputs -> clusters.addAll(inputs.keySet()));
    return clusters;
  }

  private static Provenance removal(
      Trigger.Cause cause, Optional<FleetApproval> approval, String fleetRevision, Instant now) {
    return new Provenance(
        Stream.concat(approval.map(FleetApproval::given).stream(), cause.events().stream())
            .toList(),
        approval.map(FleetApproval::by).or(cause::actor),
        cause.heardAt(),
        now,
        "fleet@" + fleetRevision,
        1);
  }
}
