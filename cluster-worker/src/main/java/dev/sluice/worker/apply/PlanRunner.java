package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectChange.Cause;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.adoption.AdoptionCheck;
import dev.sluice.worker.claims.Clearance;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.lane.BoundedParallel;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.manifest.Hook;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.HookStep;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.Stage;
import dev.sluice.worker.sync.LogEntry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Executes a plan: stage by stage and kind by kind, with objects of one kind in parallel; a stage
 * begins once the hooks of the one before have ended and its objects are healthy. Then come its
 * deletions, once the other applications of the commit have written the objects that they claim.
 */
public final class PlanRunner {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ObjectWriter writer;
  private final ObjectRemover remover;
  private final AdoptionCheck adoption;
  private final StageGate gate;
  private final WaveGate waves;
  private final HookRunner hooks;
  private final ObjectClaims claims;
  private final Pruning pruning;

  public PlanRunner(
      Clearance.Sources sources,
      AdoptionCheck adoption,
      OwnObjects own,
      InvalidObjects invalid,
      LiveObjects live,
      Clock clock) {
    this.claims = sources.claims();
    this.writer = new ObjectWriter(sources.api(), sources.discovery(), claims, invalid, live);
    this.remover = new ObjectRemover(sources.api(), sources.discovery(), claims, own);
    this.adoption = adoption;
    this.gate = new StageGate(sources.discovery());
    this.waves = new WaveGate(live, sources.discovery());
    this.hooks = new HookRunner(writer, remover, sources.discovery(), new HookLogs(sources.api()));
    this.pruning = new Pruning(sources, remover, clock);
  }

  /**
   * The result of a plan.
   *
   * @param changes object by object
   * @param kept the objects that are still to be deleted
   */
  record Run(List<ObjectChange> changes, Optional<KeptObjects> kept) {}

  /**
   * Executes the plan as far as possible now.
   *
   * @param waits begins the wait of a stage
   */
  Run run(Plan.Ready plan, LogEntry entry, Attempt attempt, Function<String, Wait> waits)
      throws HaltException, InterruptedException {
    List<ObjectChange> changes = new ArrayList<>();
    run(plan.stages(), attempt, waits, changes);
    claims.settle(entry);
    Optional<KeptObjects> kept = pruning.prune(plan.prunes(), entry, attempt, changes);
    release(plan, attempt);
    if (entry.removal() && kept.isEmpty()) {
      run(plan.otherHooks().afterDeletion(), attempt, waits, changes);
      hooks.deleteAll(plan.hooks(), attempt, changes);
    }
    return new Run(changes, kept);
  }

  private void run(
      List<Stage> stages, Attempt attempt, Function<String, Wait> waits, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    List<HookStep> ran = new ArrayList<>();
    Optional<Stage.Phase> phase = Optional.empty();
    for (Stage stage : stages) {
      if (phase.isPresent()) {
        attempt.pace().pause(Duration.ZERO); // a newer generation ends this one between stages
      }
      if (!phase.equals(Optional.of(stage.phase()))) {
        hooks.deleteSucceeded(ran, attempt, changes);
        ran.clear();
        phase = Optional.of(stage.phase());
      }
      write(stage, attempt, changes);
      gate.pass(stage.steps(), attempt);
      if (!stage.hooks().isEmpty()) {
        hooks.run(stage.hooks(), ran, attempt, () -> waits.apply(stage.shown()), changes);
        gate.pass(stage.hooks().stream().map(HookStep::step).toList(), attempt);
        ran.addAll(stage.hooks());
      }
      if (!stage.awaited().isEmpty()) {
        waves.pass(stage, attempt, waits.apply(stage.shown()));
      }
    }
    hooks.deleteSucceeded(ran, attempt, changes);
  }

  /** Runs the hooks of a generation that cannot be applied. */
  void runOnFailure(Plan.Ready plan, Attempt attempt, Function<String, Wait> waits)
      throws HaltException, InterruptedException {
    List<HookStep> steps = plan.otherHooks().onFailure();
    if (!steps.isEmpty()) {
      List<ObjectChange> unused = new ArrayList<>();
      String stage = Hook.Moment.SYNC_FAIL.text();
      hooks.run(steps, List.of(), attempt, () -> waits.apply(stage), unused);
      hooks.deleteSucceeded(steps, attempt, unused);
    }
  }

  /** Writes objects, and deletes none. */
  void write(List<Stage> stages, Attempt attempt) throws HaltException, InterruptedException {
    List<ObjectChange> unused = new ArrayList<>();
    for (Stage stage : stages) {
      write(stage, attempt, unused);
      gate.pass(stage.steps(), attempt);
    }
  }

  /**
   * Requires that no new object of the plan exists already and may not be taken over.
   *
   * @throws HaltException if there are some; it names them
   */
  void requireAdoptable(Plan.Ready plan, Attempt attempt)
      throws HaltException, InterruptedException {
    adoption.check(plan, attempt.adoption());
  }

  Pruning pruning() {
    return pruning;
  }

  /**
   * Removes our labels from objects that leave the inventory but stay, so that no sweep takes them
   * for orphans.
   */
  private void release(Plan.Ready plan, Attempt attempt)
      throws HaltException, InterruptedException {
    for (ObjectRef ref : plan.skipped()) {
      boolean leaves =
          plan.inventories().during().find(ref.id()).isPresent()
              && plan.inventories().after().find(ref.id()).isEmpty();
      if (leaves) {
        remover.release(ref, attempt);
      }
    }
  }

  /**
   * Writes all objects of a stage that can be written.
   *
   * @throws HaltException if there are others; it names them
   */
  private void write(Stage stage, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    Refusals refusals = new Refusals();
    Duration patience = PATIENCE;
    List<ApplyStep> left = stage.steps();
    while (true) {
      Map<ApplyStep, Written.Undecided> undecided = new LinkedHashMap<>();
      for (List<ApplyStep> group : byKind(left, ApplyStep::ref)) {
        for (Result result : writeAll(group, attempt)) {
          ApplyStep step = result.step();
          switch (result.written()) {
            case Written.Done(ObjectChange change) -> changes.add(change);
            case Written.Undecided claim -> undecided.put(step, claim);
            case Written.Refused(Outcome outcome) -> refusals.add(outcome);
          }
        }
      }
      if (undecided.isEmpty() || patience.isZero()) {
        undecided.values().forEach(claim -> refusals.add(claim.outcome()));
        refusals.check();
        return;
      }
      left = List.copyOf(undecided.keySet());
      patience =
          attempt
              .pace()
              .pause(
                  patience,
                  CompletableFuture.anyOf(
                      undecided.values().stream()
                          .map(Written.Undecided::change)
                          .toArray(CompletableFuture[]::new)));
    }
  }

  /** The result of a step. */
  private record Result(ApplyStep step, Written written) {

    boolean isOfImmutableField() {
      return written instanceof Written.Refused(Outcome.Parked(Failure failure, Wake _))
          && failure.code() == ApplyFailure.IMMUTABLE_FIELD;
    }
  }

  /**
   * Writes objects; deletes and creates again those whose annotations ask for it. Such an object
   * has two results: its deletion, then its creation.
   */
  private List<Result> writeAll(List<ApplyStep> steps, Attempt attempt)
      throws HaltException, InterruptedException {
    List<Result> results =
        BoundedParallel.all(steps, step -> new Result(step, writer.write(step, attempt)));
    List<Result> refused =
        results.stream()
            .filter(
                result ->
                    result.isOfImmutableField() && Stage.replaces(result.step(), attempt.policy()))
            .toList();
    if (refused.isEmpty()) {
      return results;
    }
    List<Result> all = new ArrayList<>(results);
    all.removeAll(refused);
    List<Result> deleted = BoundedParallel.all(refused, result -> delete(result, attempt));
    List<ApplyStep> gone = new ArrayList<>();
    // one after the other: a pause gives the lane's one permit to other lanes
    for (Result result : deleted) {
      Result awaited = awaitGone(result, attempt);
      all.add(awaited);
      if (awaited.written() instanceof Written.Done) {
        gone.add(awaited.step());
      }
    }
    all.addAll(BoundedParallel.all(gone, step -> new Result(step, writer.write(step, attempt))));
    return all;
  }

  /** Deletes an object that was refused; returns the same result if it must not be deleted. */
  private Result delete(Result refused, Attempt attempt)
      throws HaltException, InterruptedException {
    ApplyStep step = refused.step();
    try {
      Removal removal = remover.remove(step, attempt);
      return removal.action() == Action.DELETED
          ? new Result(step, new Written.Done(removal.change(step.ref(), Cause.REPLACED)))
          : refused;
    } catch (HaltException e) {
      return new Result(step, Written.Refused.of(e.outcome()));
    }
  }

  private Result awaitGone(Result deleted, Attempt attempt)
      throws HaltException, InterruptedException {
    if (deleted.written() instanceof Written.Done) {
      try {
        remover.awaitGone(deleted.step().ref(), attempt);
      } catch (HaltException e) {
        return new Result(deleted.step(), Written.Refused.of(e.outcome()));
      }
    }
    return deleted;
  }

  /** Groups consecutive steps of one kind. */
  static <T> List<List<T>> byKind(List<T> steps, Function<T, ObjectRef> ref) {
    List<List<T>> groups = new ArrayList<>();
    Optional<GroupKind> last = Optional.empty();
    for (T step : steps) {
      Optional<GroupKind> kind = Optional.of(ref.apply(step).groupKind());
      if (!kind.equals(last)) {
        groups.add(new ArrayList<>());
      }
      groups.getLast().add(step);
      last = kind;
    }
    return groups;
  }
}
