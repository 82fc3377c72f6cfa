package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.StateRecord.Pending;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decider of the records that follow from an evaluation. Pure except for the partition's state,
 * which the decided state records change at once: if a decision cannot be written, the state must
 * be replayed again.
 */
public final class EvaluationDecider {

  /**
   * Number of causes in a pending entry; bounds the record while a forge is unavailable for days.
   */
  private static final int MAX_PENDING_CAUSES = 100;

  private final PartitionState partitionState;
  private final SendGate gate;
  private final String source;
  private final String changesTopic;
  private final int partition;

  public EvaluationDecider(PartitionState partitionState, String changesTopic, int partition) {
    this.partitionState = partitionState;
    this.gate = new SendGate(partitionState);
    this.source = EventDecider.source(partition);
    this.changesTopic = changesTopic;
    this.partition = partition;
  }

  /** Returns the decider of the records about the remotes of this partition's refs. */
  public RemoteDecider remotes() {
    return new RemoteDecider(partitionState, source);
  }

  /**
   * Decides about a batch of findings. The findings of an application follow each other, and those
   * of its dependencies precede them: what is sent to these counts for the application.
   *
   * @param trace of the evaluation
   */
  public Decision found(
      FindingBatch batch, List<Trigger> triggers, TraceParent trace, Instant now) {
    Decision decision = new Decision(source, now, trace);
    OriginalRecord origin = origin(triggers);
    Map<ApplicationName, ApplicationDraft> drafts = new LinkedHashMap<>();
    for (Finding finding : batch.findings()) {
      drafts
          .values()
          .removeIf(other -> isFinished(other, finding.definition().application(), decision));
      ApplicationDraft draft = draft(finding, drafts, decision);
      if (draft == null) {
        continue;
      }
      ClusterName cluster = finding.cluster().name();
      Set<EventId> commands = batch.evaluated().commands().getOrDefault(draft.name(), Set.of());
      Optional<RefKey> gone = gone(finding.definition(), batch.evaluated().key());
      if (gone.isPresent()) {
        draft
            .outcomes()
            .reached(
                cluster,
                commands,
                draft.refused(cluster, SourceFailures.refGone(gone.get(), Optional.empty())));
        continue;
      }
      if (finding instanceof Finding.Held held && draft.isDemandedFromLog(cluster, held.hold())) {
        continue; // its outcome follows once the log was read
      }
      CommandOutcomes.Outcome outcome =
          switch (finding) {
            case Finding.Differs differs ->
                draft.send(
                    differs,
                    provenance(batch.evaluated(), differs, triggers, now),
                    positions(batch.evaluated(), differs),
                    origin,
                    gate);
            case Finding.Same _ -> {
              draft.closeSourceFailure(cluster);
              draft.withholdings().end(cluster);
              yield draft.same(cluster);
            }
            case Finding.Held held -> CommandOutcomes.Outcome.held(held.hold());
            case Finding.Refused refused -> {
              decision.refused(draft.before(), refused.failure());
              draft.refuse(cluster, refused.failure(), origin);
              draft
                  .possible()
                  .announce(
                      cluster,
                      refused.failure(),
                      refused.possible(),
                      provenance(batch.evaluated(), refused, triggers, now));
              yield draft.refused(cluster, refused.failure());
            }
          };
      draft.outcomes().reached(cluster, commands, outcome);
    }
    drafts.values().forEach(draft -> remember(draft, decision));
    return decision;
  }

  /** Remembers the draft of another application than the one whose findings follow. */
  private boolean isFinished(ApplicationDraft draft, ApplicationName next, Decision decision) {
    boolean finished = !draft.name().equals(next);
    if (finished) {
      remember(draft, decision);
    }
    return finished;
  }

  private void remember(ApplicationDraft draft, Decision decision) {
    draft.changed().ifPresent(state -> partitionState.remember(decision, state));
    partitionState.decided(draft.name(), decision.now());
  }

  /**
   * Records that the ref was evaluated at this commit.
   *
   * @param tag the name of the commit's tag, if the ref is a range of versions; empty if it is not
   *     known to have changed
   * @param newCommits as in {@link FindingBatch.Evaluated}
   * @param left later triggers that only {@code state} records
   * @param unmet the announced commit that Git did not show
   */
  public Decision evaluated(
      RefKey key,
      Optional<CommitId> head,
      Optional<String> tag,
      int newCommits,
      List<Trigger> left,
      Optional<Unmet> unmet,
      Instant now) {
    Decision decision = new Decision(source, now, TraceParent.start());
    RefState before = partitionState.ref(key);
    Optional<String> chosen = before.head().equals(head) ? tag.or(before::tag) : tag;
    RefState after = before.at(head, chosen, pending(left), unmet).withMore(newCommits);
    if (!after.equals(before)) {
      partitionState.remember(decision, after);
    }
    return decision;
  }

  /**
   * Opens dead letters for a deleted ref, or for a range of versions that no tag is in. That
   * removes nothing; the last good targets stay in force.
   *
   * @param newest the name of the newest tag that is a version, if the ref is a range of versions
   */
  public Decision refGone(
      RefKey key, Optional<String> newest, List<Trigger> triggers, TraceParent trace, Instant now) {
    Decision decision = new Decision(source, now, trace);
    OriginalRecord origin = origin(triggers);
    Failure failure = SourceFailures.refGone(key, newest);
    for (ApplicationState state : partitionState.following(key)) {
      ApplicationDraft draft = new ApplicationDraft(state, decision);
      refuse(draft, failure, origin, decision);
      Set<EventId> commands = Set.copyOf(Triggers.merge(triggers, now).events());
      for (ClusterName cluster : draft.outcomes().clusters()) {
        draft.outcomes().reached(cluster, commands, draft.refused(cluster, failure));
      }
      draft.changed().ifPresent(changed -> partitionState.remember(decision, changed));
    }
    return decision;
  }

  /**
   * Reports to the commands among these triggers that they wait, since the ref cannot be read.
   *
   * @param told the commands to which it was reported before; the others are added
   */
  public Decision waiting(
      RefKey key,
      List<Trigger> triggers,
      FailureCode code,
      String reason,
      Set<EventId> told,
      Instant now) {
    Trigger.Cause cause = Triggers.merge(triggers, now);
    Decision decision = new Decision(source, now, cause.trace());
    CommandOutcomes.Outcome outcome = CommandOutcomes.Outcome.waiting(key, code, reason);
    Set<EventId> commands =
        cause.events().stream().filter(id -> !told.contains(id)).collect(Collectors.toSet());
    for (ApplicationState state : partitionState.decidedAt(key)) {
      told.addAll(new CommandOutcomes(state, decision).waiting(commands, outcome));
    }
    return decision;
  }

  /** Records triggers as pending, since their evaluation takes longer. */
  public Decision unfinished(RefKey key, List<Trigger> triggers, Instant now) {
    Decision decision = new Decision(source, now, Triggers.merge(triggers, now).trace());
    RefState before = partitionState.ref(key);
    partitionState.remember(
        decision, before.at(before.head(), before.tag(), pending(triggers), Optional.empty()));
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
        drafts.computeIfAbsent(
            definition.application(), name -> partitionState.draft(name, decision));
    return draft.isDefinedAs(definition) ? draft : null;
  }

  /**
   * Returns another source's ref if it was deleted since the evaluation began. The finding is about
   * a state that has ended, and must not close the dead letter of the deletion.
   */
  private Optional<RefKey> gone(Definition definition, RefKey evaluated) {
    return definition.sources().stream()
        .map(RefKey::of)
        .filter(key -> !key.equals(evaluated) && partitionState.ref(key).head().isEmpty())
        .findFirst();
  }

  private OriginalRecord origin(List<Trigger> triggers) {
    return OriginalRecord.at(
        changesTopic,
        partition,
        Triggers.newestOffset(triggers).orElse(OriginalRecord.UNKNOWN_OFFSET));
  }

  /** Returns the positions of the sources' commits, as far as they are known. */
  private List<RefPosition> positions(FindingBatch.Evaluated evaluated, Finding.Differs finding) {
    Map<RefKey, RefPosition> positions = new LinkedHashMap<>();
    int behind = finding.payload().behind();
    for (SourceInputs source : finding.payload().sources()) {
      RefKey key = new RefKey(source.repository(), source.ref());
      RefState state = partitionState.ref(key);
      if (key.equals(evaluated.key())) {
        state = state.withMore(evaluated.newCommits());
      }
      long commits = state.commits().orElse(0L) - (positions.isEmpty() ? behind : 0);
      positions.putIfAbsent(
          key, new RefPosition(key.repository(), key.ref(), commits, source.tag()));
    }
    return List.copyOf(positions.values());
  }

  private static Provenance provenance(
      FindingBatch.Evaluated evaluated, Finding finding, List<Trigger> triggers, Instant now) {
    List<Trigger.Cause> causes =
        triggers.stream()
            .filter(trigger -> trigger.concerns(finding.definition().application()))
            .map(Trigger::cause)
            .toList();
    return new Provenance(
        causes.stream().flatMap(cause -> cause.events().stream()).distinct().toList(),
        Triggers.latestActor(causes),
        Triggers.heardAt(causes).orElse(now),
        now,
        evaluated.key().repository() + "@" + evaluated.commit(),
        evaluated.batchSizes().getOrDefault(finding.cluster().name(), 1));
  }

  private static Optional<Pending> pending(List<Trigger> triggers) {
    if (triggers.isEmpty()) {
      return Optional.empty();
    }
    List<Trigger.Cause> causes = triggers.stream().map(Trigger::cause).toList();
    return Optional.of(
        new Pending(
            Triggers.newestExpectation(triggers),
            causes.reversed().stream()
                .flatMap(cause -> cause.events().stream())
                .distinct()
                .limit(MAX_PENDING_CAUSES)
                .toList()
                .reversed(),
            Triggers.latestActor(causes),
            Triggers.heardAt(causes).orElseThrow(),
            Optional.of(causes.getLast().trace()),
            Triggers.newestOffset(triggers).stream().boxed().findFirst()));
  }
}
