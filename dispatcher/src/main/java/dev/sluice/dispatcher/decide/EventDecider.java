package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
    Provenance provenance = removal(cause, event.fleetRevision(), now);
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
    Provenance provenance = removal(cause, event.fleetRevision(), now);
    for (ClusterName cluster : clusters(known.get())) {
      draft.remove(cluster, orphan, provenance);
    }
    draft
        .changed(Optional.empty(), event.fleetRevision())
        .ifPresent(state -> partitionState.remember(decision, state));
    return decision;
  }

  /**
   * Records which other partitions read a repository. Its former names are forgotten, since the
   * fleet has this one now. A redirect that is still used is announced again once the partition
   * that follows the former name is reopened; until then only its polls find changes.
   */
  public Decision readers(ChangeEvent.ReadersAccepted event, Trigger.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    partitionState.remember(decision, new RepositoryState(event.repository(), event.readers()));
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
                      name, change.ref(), change.before(), change.after(), change.origin()))));
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
    draft.demand(event.cluster(), new Demand(cause.events().getFirst(), "dispatcher"));
    draft.changed().ifPresent(state -> partitionState.remember(decision, state));
    return Optional.of(decision);
  }

  /**
   * Carries out an accepted command and answers it. The caller triggers the evaluation that
   * follows.
   */
  public Decision commanded(
      ChangeEvent.CommandGiven given,
      Trigger.Cause cause,
      CommandDecider.Verdict verdict,
      Instant now) {
    EventId id = cause.events().getFirst();
    Decision decision = new Decision(source, now, cause.trace());
    if (verdict instanceof CommandDecider.Verdict.Accepted accepted) {
      ApplicationDraft draft = partitionState.draft(given.application(), decision);
      accepted.change().accept(draft);
      draft.carriedOut(id);
      draft.changed().ifPresent(state -> partitionState.remember(decision, state));
    }
    decision.add(
        decision.encoded(
            EventId.of("answer", id),
            new ChangeEvent.CommandAnswered(
                given.repository(),
                id,
                given.application(),
                given.clusters(),
                given.command(),
                given.by(),
                given.reason(),
                verdict instanceof CommandDecider.Verdict.Accepted,
                verdict.message())));
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
        && known.stream()
            .allMatch(cluster -> ApplicationDraft.isSuspension(before.holds().get(cluster)))) {
      Hold hold = Objects.requireNonNull(before.holds().get(known.iterator().next()));
      selected.stream()
          .filter(cluster -> !known.contains(cluster))
          .forEach(cluster -> draft.hold(cluster, hold));
    }
  }

  private static Set<ClusterName> clusters(ApplicationState state) {
    Set<ClusterName> clusters = new TreeSet<>(state.dispatched().keySet());
    clusters.addAll(state.refused().keySet());
    clusters.addAll(state.holds().keySet());
    return clusters;
  }

  private static Provenance removal(Trigger.Cause cause, String fleetRevision, Instant now) {
    return new Provenance(
        cause.events(), cause.actor(), cause.heardAt(), now, "fleet@" + fleetRevision, 1);
  }
}
