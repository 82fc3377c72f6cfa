package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.health.Health;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.lane.BoundedParallel;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.plan.HookResult;
import dev.sluice.worker.plan.HookStep;
import dev.sluice.worker.plan.PruneGuard;
import dev.sluice.worker.plan.PruneStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs hooks: recreates their objects, waits until they have ended, and deletes them according to
 * their delete policies. A hook that has begun runs to its end, or to the policy's time limit, even
 * if a newer generation arrives: two runs of a migration must never overlap.
 */
final class HookRunner {

  private final ObjectWriter writer;
  private final ObjectRemover remover;
  private final HookProgress progress;
  private final HookLogs logs;

  HookRunner(ObjectWriter writer, ObjectRemover remover, Discovery discovery, HookLogs logs) {
    this.writer = writer;
    this.remover = remover;
    this.progress = new HookProgress(discovery);
    this.logs = logs;
  }

  /**
   * Runs hooks that may run at the same time. One that has ended in this generation is not run
   * again.
   *
   * @param earlier hooks of the same moment that have run, and that are deleted if these fail and
   *     their policies say so
   * @param waits begins a wait
   * @param changes receives the changes
   * @throws HaltException if one failed, has not ended in time, or cannot be created
   */
  void run(
      List<HookStep> hooks,
      List<HookStep> earlier,
      Attempt attempt,
      Supplier<Wait> waits,
      List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    List<HookStep> running = new ArrayList<>();
    for (HookStep hook : hooks) {
      Optional<HookResult> result = attempt.hooks().result(hook);
      if (result.flatMap(HookResult::failure).isPresent()) {
        deleteFailed(hook, earlier, attempt, changes);
        throw failed(hook, result.get().failure().get());
      }
      if (result.isEmpty()) {
        running.add(hook);
      }
    }
    for (List<HookStep> group : PlanRunner.byKind(running, HookStep::ref)) {
      create(group, attempt, waits.get(), changes);
    }
    Wait wait = waits.get();
    List<HookStep> succeeded = new ArrayList<>(earlier);
    while (!running.isEmpty()) {
      List<ObservedObject> waiting = new ArrayList<>();
      for (HookStep hook : List.copyOf(running)) {
        switch (progress.of(hook, attempt)) {
          case HookProgress.Progress.Succeeded _ -> {
            attempt.hooks().record(HookResult.succeeded(hook));
            running.remove(hook);
            succeeded.add(hook);
          }
          case HookProgress.Progress.Failed(String why) -> {
            String message = why + logs.lastLines(hook.ref()).map("; "::concat).orElse("");
            attempt.hooks().record(HookResult.failed(hook, message));
            deleteFailed(hook, succeeded, attempt, changes);
            throw failed(hook, message);
          }
          case HookProgress.Progress.Running(String state) ->
              waiting.add(new ObservedObject(hook.ref(), Health.PROGRESSING, state, List.of()));
        }
      }
      if (!waiting.isEmpty() && !wait.outlast(waiting, attempt)) {
        throw Attempt.park(
            ApplyFailure.HOOK_RUNNING,
            "%s is a %s hook and has not ended within %s: %s"
                .formatted(
                    waiting.getFirst().object(),
                    running.getFirst().moment().text(),
                    wait.limit(),
                    waiting.getFirst().reason()),
            Failure.Stage.APPLY,
            waiting.getFirst().object(),
            "the end of the hook");
      }
    }
  }

  private void deleteFailed(
      HookStep hook, List<HookStep> succeeded, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    if (hook.hook().isDeletedAfterFailure()) {
      deleteRun(hook, attempt, changes);
    }
    deleteSucceeded(succeeded, attempt, changes);
  }

  /** Deletes the hooks that ended well, the last one first, if their policies say so. */
  void deleteSucceeded(List<HookStep> hooks, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    for (HookStep hook : hooks.reversed()) {
      if (hook.hook().isDeletedAfterSuccess()) {
        deleteRun(hook, attempt, changes);
      }
    }
  }

  /** Deletes the object of a run, unless it is of another moment's by now. */
  private void deleteRun(HookStep hook, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    if (progress.read(hook.ref()).filter(hook::isRun).isPresent()) {
      delete(hook, attempt, changes);
    }
  }

  /** Deletes the objects of all hooks of a removal, whatever their policies say. */
  void deleteAll(List<HookStep> hooks, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    for (HookStep hook : hooks.reversed()) {
      delete(hook, attempt, changes);
    }
  }

  private void delete(HookStep hook, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    if (!PruneGuard.isProtected(hook.ref())) {
      Removal removal = remover.remove(PruneStep.ofHook(hook.ref()), Optional.empty(), attempt);
      if (!removal.isOfNothing()) {
        changes.add(removal.change(hook.ref(), ObjectChange.Cause.HOOK));
      }
    }
  }

  private static HaltException failed(HookStep hook, String why) {
    return new HaltException(
        new Outcome.Parked(
            new Failure(
                ApplyFailure.HOOK_FAILED,
                "%s is a %s hook and has failed: %s"
                    .formatted(hook.ref(), hook.moment().text(), why),
                Failure.Stage.APPLY,
                Optional.of(hook.ref())),
            new Wake.NewInput()));
  }

  /** Creates the objects of hooks, unless an interrupted attempt of this generation has. */
  private void create(List<HookStep> hooks, Attempt attempt, Wait wait, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    // one after the other: a pause gives the lane's one permit to other lanes
    for (HookStep hook : hooks) {
      awaitEarlierRun(hook, attempt, wait);
    }
    List<Existing> existing = BoundedParallel.all(hooks, hook -> existing(hook, attempt));
    List<HookStep> created = new ArrayList<>();
    for (int i = 0; i < hooks.size(); i++) {
      HookStep hook = hooks.get(i);
      switch (existing.get(i)) {
        case Existing.OfThisRun _ -> {}
        case Existing.Deleted(Removal removal) -> {
          remover.awaitGone(hook.ref(), attempt);
          changes.add(removal.change(hook.ref(), ObjectChange.Cause.HOOK));
          created.add(hook);
        }
        case Existing.Other _ -> created.add(hook);
      }
    }
    Refusals refusals = new Refusals();
    for (Written written :
        BoundedParallel.all(created, hook -> writer.write(hook.step(), attempt))) {
      switch (written) {
        case Written.Done(ObjectChange change) -> changes.add(change);
        case Written.Refused(Outcome outcome) -> refusals.add(outcome);
        case Written.Undecided undecided -> refusals.add(undecided.outcome());
      }
    }
    refusals.check();
  }

  /** The object of a hook as it is found before the hook runs. */
  private sealed interface Existing {

    /** This generation has created it. */
    record OfThisRun() implements Existing {}

    record Deleted(Removal removal) implements Existing {}

    /** There was nothing, or something that is written in place. */
    record Other() implements Existing {}
  }

  private Existing existing(HookStep hook, Attempt attempt)
      throws HaltException, InterruptedException {
    Optional<LiveObject> live = progress.read(hook.ref()).map(LiveObject::new);
    if (live.isEmpty()) {
      return new Existing.Other();
    }
    if (isOfThisRun(hook, live.get(), attempt)) {
      return new Existing.OfThisRun();
    }
    if (!hook.isRecreated() || PruneGuard.isProtected(hook.ref())) {
      return new Existing.Other();
    }
    Removal removal = remover.remove(PruneStep.ofHook(hook.ref()), Optional.empty(), attempt);
    if (removal.action() == Action.DELETED) {
      return removal.isOfNothing() ? new Existing.Other() : new Existing.Deleted(removal);
    }
    if (!hook.isProgram()) {
      return new Existing.Other();
    }
    // written in place, it would not run, and its former end would count
    throw Attempt.park(
        ApplyFailure.OWNED_BY_ANOTHER,
        "%s is a %s hook, and one exists that is not of this application alone: delete it, or rename the hook"
            .formatted(hook.ref(), hook.moment().text()),
        Failure.Stage.APPLY,
        hook.ref(),
        "the deletion of the existing object");
  }

  /**
   * Waits for the end of an earlier run that still goes on: an attempt that was interrupted, or
   * another generation, has left it. It gets no more time than any run.
   */
  private void awaitEarlierRun(HookStep hook, Attempt attempt, Wait wait)
      throws HaltException, InterruptedException {
    while (hook.isProgram()) {
      Optional<ObjectNode> live = progress.read(hook.ref());
      boolean goesOn =
          live.map(LiveObject::new)
              .filter(it -> it.belongsTo(attempt.owner()) && !it.isTerminating())
              .filter(it -> !HookProgress.hasEnded(it.content().path("status")))
              .filter(it -> !isOfThisRun(hook, it, attempt))
              .filter(it -> wait.isWithin(it.createdAt()))
              .isPresent();
      if (!goesOn) {
        return;
      }
      ObservedObject earlier =
          new ObservedObject(
              hook.ref(), Health.PROGRESSING, "an earlier run has not ended", List.of());
      if (!wait.outlast(List.of(earlier), attempt)) {
        return;
      }
    }
  }

  private static boolean isOfThisRun(HookStep hook, LiveObject live, Attempt attempt) {
    return live.belongsTo(attempt.owner())
        && live.generation().equals(Optional.of(attempt.generation()))
        && !live.isTerminating()
        && hook.isRun(live.content());
  }
}
