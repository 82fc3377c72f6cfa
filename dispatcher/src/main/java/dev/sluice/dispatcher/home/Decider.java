package dev.sluice.dispatcher.home;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Pending;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one home which records follow from what was heard and seen. Pure but for the memory,
 * which changes by the decided state records at once: who cannot write a decision must read the
 * memory anew.
 */
final class Decider {

  /** A forge that is away for days must not make a record grow for days. */
  private static final int MAX_PENDING_CAUSES = 100;

  private final HomeMemory memory;
  private final String source;
  private final String changesTopic;
  private final int home;

  Decider(HomeMemory memory, String changesTopic, int home) {
    this.memory = memory;
    this.source = "dispatcher/home-" + home;
    this.changesTopic = changesTopic;
    this.home = home;
  }

  /**
   * One part of what a look found.
   *
   * @param trace of the look
   */
  Decision found(Part part, List<Hint> hints, TraceParent trace, Instant now) {
    Decision decision = new Decision(source, now, trace);
    OriginalRecord origin = origin(hints);
    Map<ApplicationName, ApplicationDraft> drafts = new LinkedHashMap<>();
    for (Finding finding : part.findings()) {
      ApplicationDraft draft = draft(finding, drafts, decision);
      if (draft == null) {
        continue;
      }
      switch (finding) {
        case Finding.Differs differs ->
            draft.send(differs, provenance(part.seen(), differs, hints, now), origin);
        case Finding.Same same -> draft.heal(same.cluster().name());
        case Finding.Refused refused -> {
          decision.refused(draft.before(), refused.failure());
          draft.refuse(refused.cluster().name(), refused.failure(), origin);
        }
      }
    }
    drafts.values().forEach(draft -> draft.changed().ifPresent(state -> remember(decision, state)));
    return decision;
  }

  /**
   * The ref is at this commit and everything that follows from it is decided.
   *
   * @param left hints that came later, and that only {@code state} remembers
   */
  Decision seen(RefKey key, Optional<CommitId> head, List<Hint> left, Instant now) {
    Decision decision = new Decision(source, now, TraceParent.start());
    RefState after = new RefState(key.repository(), key.ref(), head, pending(left));
    if (!after.equals(memory.ref(key))) {
      remember(decision, after);
    }
    return decision;
  }

  /** The ref is no more. That removes nothing; the last good targets stay in force. */
  Decision gone(RefKey key, List<Hint> hints, TraceParent trace, Instant now) {
    Decision decision = new Decision(source, now, trace);
    OriginalRecord origin = origin(hints);
    Failure failure =
        new Failure(
            "RefGone",
            "%s is gone from %s: what was applied last stays; push the ref again, or take the application out of the fleet"
                .formatted(key.ref(), key.repository()),
            Failure.Stage.SOURCE,
            Optional.empty());
    for (ApplicationState state : memory.following(key)) {
      ApplicationDraft draft = new ApplicationDraft(state, decision);
      refuse(draft, failure, origin, decision);
      draft.changed().ifPresent(changed -> remember(decision, changed));
    }
    return decision;
  }

  /** What these hints are about takes longer: {@code state} remembers them. */
  Decision unfinished(RefKey key, List<Hint> hints, Instant now) {
    Decision decision = new Decision(source, now, Causes.together(hints, now).trace());
    remember(
        decision,
        new RefState(key.repository(), key.ref(), memory.ref(key).head(), pending(hints)));
    return decision;
  }

  /** The fleet defines the application so: out of the clusters that it names no more. */
  Decision accepted(ChangeEvent.DefinitionAccepted event, Hint.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    Definition definition = event.definition();
    ApplicationDraft draft = draft(definition.application(), decision);
    Set<ClusterName> selected =
        definition.clusters().stream().map(ClusterTarget::name).collect(Collectors.toSet());
    Provenance provenance = removal(cause, event.fleetRevision(), now);
    for (ClusterName cluster : clusters(draft.before())) {
      if (!selected.contains(cluster)) {
        boolean orphan = definition.orphanOnRemoval() || event.orphaned().contains(cluster);
        draft.remove(cluster, orphan, provenance);
      }
    }
    // a definition that is as before keeps its revision: a fleet's every edit would rewrite all
    String revision =
        draft.isDefinedAs(definition) ? draft.before().fleetRevision() : event.fleetRevision();
    draft.changed(Optional.of(definition), revision).ifPresent(state -> remember(decision, state));
    return decision;
  }

  /** The fleet has the application no more: out of all clusters. Its counters stay. */
  Decision removed(ChangeEvent.DefinitionRemoved event, Hint.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    Optional<ApplicationState> known = memory.application(event.application());
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
        .ifPresent(state -> remember(decision, state));
    return decision;
  }

  /** Who reads a repository from another home, as the fleet says. */
  Decision readers(ChangeEvent.ReadersAccepted event, Hint.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    remember(decision, new RepositoryState(event.repository(), event.homes()));
    return decision;
  }

  /** The other homes that read the repository are told of a change. */
  Decision forwarded(ChangeEvent.RefChanged change, Hint.Cause cause, Instant now) {
    Decision decision = new Decision(source, now, cause.trace());
    EventId original = cause.events().getFirst();
    for (RepositoryId home : memory.readersElsewhere(change.repository())) {
      decision.add(
          decision.encoded(
              EventId.of("forward", original, home),
              new ChangeEvent.RefForwarded(home, original, change)));
    }
    return decision;
  }

  /**
   * A cluster is ahead of what was sent to it, or has something else under the same number.
   *
   * @return empty if this home has counted that far, or gone on since
   */
  Optional<Decision> ledgerAhead(ChangeEvent.LedgerAhead event, Hint.Cause cause, Instant now) {
    Optional<ApplicationState> known = memory.application(event.application());
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
    draft.demand(event.cluster(), new Demand(cause.events().getFirst(), false, "dispatcher"));
    draft.changed().ifPresent(state -> remember(decision, state));
    return Optional.of(decision);
  }

  /** What an operator asks; whether anything is to be looked at for it is told to the caller. */
  Decision commanded(
      ChangeEvent.CommandGiven given, Hint.Cause cause, Commands.Verdict verdict, Instant now) {
    EventId id = cause.events().getFirst();
    Decision decision = new Decision(source, now, cause.trace());
    if (verdict instanceof Commands.Verdict.Accepted accepted) {
      ApplicationDraft draft = draft(given.application(), decision);
      accepted.change().accept(draft);
      draft.carriedOut(id);
      draft.changed().ifPresent(state -> remember(decision, state));
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
                verdict instanceof Commands.Verdict.Accepted,
                verdict.message())));
    return decision;
  }

  /**
   * A record that no one can read.
   *
   * @param trace that it belongs to
   * @param message which record, why, and what to do
   */
  Decision damaged(OriginalRecord original, TraceParent trace, String message, Instant now) {
    Decision decision = new Decision(source, now, trace);
    String entry = original.position();
    Failure failure = new Failure("Damaged", message, Failure.Stage.DECODE, Optional.empty());
    decision.add(
        new DeadLetterEvent.Opened(
            entry, entry, Optional.empty(), failure, 1, original, Optional.of(now)));
    return decision;
  }

  /** A sweep found the ref elsewhere: an ordinary event of it. */
  Decision swept(RefKey key, Optional<CommitId> now, TraceParent trace, Instant at) {
    Decision decision = new Decision("sweep", at, trace);
    EventId id =
        EventId.of("sweep", key, now.map(CommitId::value).orElse("gone"), at.toEpochMilli());
    decision.add(
        decision.encoded(
            id,
            new ChangeEvent.RefChanged(
                key.repository(), key.ref(), memory.ref(key).head(), now, new Origin.Sweep(at))));
    return decision;
  }

  private void refuse(
      ApplicationDraft draft, Failure failure, OriginalRecord origin, Decision decision) {
    ApplicationState state = draft.before();
    decision.refused(state, failure);
    state
        .definition()
        .ifPresent(
            definition ->
                definition
                    .clusters()
                    .forEach(cluster -> draft.refuse(cluster.name(), failure, origin)));
  }

  private @Nullable ApplicationDraft draft(
      Finding finding, Map<ApplicationName, ApplicationDraft> drafts, Decision decision) {
    Definition definition = finding.definition();
    ApplicationDraft draft =
        drafts.computeIfAbsent(definition.application(), name -> draft(name, decision));
    return draft.isDefinedAs(definition) ? draft : null;
  }

  private ApplicationDraft draft(ApplicationName name, Decision decision) {
    return new ApplicationDraft(
        memory.application(name).orElseGet(() -> ApplicationState.unknown(name)), decision);
  }

  private void remember(Decision decision, StateRecord record) {
    memory.replay(record);
    decision.add(record);
  }

  private static Set<ClusterName> clusters(ApplicationState state) {
    Set<ClusterName> clusters = new TreeSet<>(state.dispatched().keySet());
    clusters.addAll(state.refused().keySet());
    return clusters;
  }

  private OriginalRecord origin(List<Hint> hints) {
    return OriginalRecord.at(
        changesTopic, home, Causes.offset(hints).orElse(OriginalRecord.NOWHERE));
  }

  private static Provenance provenance(
      Part.Seen seen, Finding.Differs differs, List<Hint> hints, Instant now) {
    List<Hint.Cause> causes =
        hints.stream()
            .filter(hint -> hint.concerns(differs.definition().application()))
            .map(Hint::cause)
            .toList();
    return new Provenance(
        causes.stream().flatMap(cause -> cause.events().stream()).distinct().toList(),
        Causes.actor(causes),
        Causes.heardAt(causes).orElse(now),
        now,
        seen.key().repository() + "@" + seen.commit(),
        seen.batchSizes().getOrDefault(differs.cluster().name(), 1));
  }

  private static Provenance removal(Hint.Cause cause, String fleetRevision, Instant now) {
    return new Provenance(
        cause.events(), cause.actor(), cause.heardAt(), now, "fleet@" + fleetRevision, 1);
  }

  private static Optional<Pending> pending(List<Hint> hints) {
    if (hints.isEmpty()) {
      return Optional.empty();
    }
    List<Hint.Cause> causes = hints.stream().map(Hint::cause).toList();
    return Optional.of(
        new Pending(
            Causes.expected(hints),
            causes.reversed().stream()
                .flatMap(cause -> cause.events().stream())
                .distinct()
                .limit(MAX_PENDING_CAUSES)
                .toList()
                .reversed(),
            Causes.actor(causes),
            Causes.heardAt(causes).orElseThrow(),
            Optional.of(causes.getLast().trace()),
            Causes.offset(hints).stream().boxed().findFirst()));
  }
}
