package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.lane.Classifier;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.log.LogEntry;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.PruneStep;
import dev.sluice.worker.plan.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Carries out a plan: its stages, kind by kind and objects of one kind at the same time; then, when
 * the other applications of the commit have written what they claim, its deletions.
 */
final class PlanRunner {

  private static final Duration LOOK_AGAIN = Duration.ofMillis(25);
  private static final int NEIGHBOUR_LOOKS = 1200; // 30 s
  private static final int FINALIZER_LOOKS = 400; // 10 s

  private final ObjectWriter writer;
  private final ObjectRemover remover;
  private final StageGate gate;
  private final Neighbours neighbours;

  PlanRunner(ClusterApi api, Discovery discovery, Neighbours neighbours, OwnObjects own) {
    this.writer = new ObjectWriter(api, discovery, neighbours);
    this.remover = new ObjectRemover(api, discovery, neighbours, own);
    this.gate = new StageGate(api, discovery);
    this.neighbours = neighbours;
  }

  /** What was done, object by object. */
  List<ObjectChange> run(Plan.Ready plan, LogEntry entry, Attempt attempt)
      throws HaltException, InterruptedException {
    List<ObjectChange> changes = new ArrayList<>();
    for (Stage stage : plan.stages()) {
      boolean hooks = stage.phase().isOfHooks();
      for (List<ApplyStep> group : byKind(stage.steps(), ApplyStep::ref)) {
        write(group, hooks, attempt, changes);
      }
      if (stage.phase().waits()) {
        gate.pass(stage, attempt);
      }
    }
    neighbours.settle(entry);
    if (!plan.prunes().isEmpty()) {
      awaitBatch(entry, attempt);
      for (List<PruneStep> group : byKind(plan.prunes(), PruneStep::ref)) {
        remove(group, attempt, changes);
      }
    }
    release(plan, attempt);
    return changes;
  }

  /** What stays in the cluster but is ours no more must not look like something left over. */
  private void release(Plan.Ready plan, Attempt attempt)
      throws HaltException, InterruptedException {
    for (ObjectRef ref : plan.skipped()) {
      boolean leaves =
          plan.inventories().during().find(ref).isPresent()
              && plan.inventories().after().find(ref).isEmpty();
      if (leaves) {
        remover.release(ref, attempt);
      }
    }
  }

  private void write(
      List<ApplyStep> group, boolean hooks, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    List<ApplyStep> left = group;
    for (int looks = 0; !left.isEmpty(); looks++) {
      if (looks == NEIGHBOUR_LOOKS) {
        ObjectRef ref = left.getFirst().ref();
        throw Attempt.park(
            "OwnedByAnother",
            "%s belongs to an application whose newest generation does not get as far as a plan"
                .formatted(ref),
            Failure.Stage.APPLY,
            ref,
            "that application letting go of it");
      }
      if (looks > 0) {
        attempt.pace().pause(LOOK_AGAIN);
      }
      List<Optional<Action>> done =
          Crew.all(left, step -> hooks ? writeHook(step, attempt) : writer.write(step, attempt));
      List<ApplyStep> undecided = new ArrayList<>();
      for (int i = 0; i < left.size(); i++) {
        ApplyStep step = left.get(i);
        done.get(i)
            .ifPresentOrElse(
                action -> changes.add(new ObjectChange(step.ref(), action)),
                () -> undecided.add(step));
      }
      left = undecided;
    }
  }

  /** A Job cannot be changed: a hook with another content is another run of it. */
  private Optional<Action> writeHook(ApplyStep step, Attempt attempt)
      throws HaltException, InterruptedException {
    try {
      return writer.write(step, attempt);
    } catch (HaltException e) {
      boolean immutable =
          e.outcome() instanceof Outcome.Parked(Failure failure, Wake _)
              && failure.code().equals(Classifier.IMMUTABLE);
      if (!immutable || remover.remove(step.ref(), attempt).action() != Action.DELETED) {
        throw e;
      }
      awaitGone(step.ref(), attempt);
      return writer.write(step, attempt);
    }
  }

  /** So that an object which moves to another application is handed over first. */
  private void awaitBatch(LogEntry entry, Attempt attempt)
      throws HaltException, InterruptedException {
    for (int looks = 0; looks < NEIGHBOUR_LOOKS && !neighbours.othersSettled(entry); looks++) {
      attempt.pace().pause(LOOK_AGAIN);
    }
  }

  private void remove(List<PruneStep> group, Attempt attempt, List<ObjectChange> changes)
      throws HaltException, InterruptedException {
    List<ObjectRemover.Removal> done = Crew.all(group, step -> remover.remove(step.ref(), attempt));
    for (int i = 0; i < group.size(); i++) {
      ObjectRef ref = group.get(i).ref();
      changes.add(new ObjectChange(ref, done.get(i).action()));
      if (done.get(i).pending()) {
        awaitGone(ref, attempt);
      }
    }
  }

  private void awaitGone(ObjectRef ref, Attempt attempt)
      throws HaltException, InterruptedException {
    for (int looks = 0; looks < FINALIZER_LOOKS; looks++) {
      if (remover.isGone(ref)) {
        return;
      }
      attempt.pace().pause(LOOK_AGAIN);
    }
    throw Attempt.retry(
        "Terminating",
        "%s is deleted, but its finalizers keep it".formatted(ref),
        Failure.Stage.PRUNE,
        Optional.of(ref));
  }

  /** Neighbours of one kind together, the order kept. */
  private static <T> List<List<T>> byKind(List<T> steps, Function<T, ObjectRef> ref) {
    List<List<T>> groups = new ArrayList<>();
    String last = "";
    for (T step : steps) {
      String kind = ref.apply(step).group() + "/" + ref.apply(step).kind();
      if (groups.isEmpty() || !kind.equals(last)) {
        groups.add(new ArrayList<>());
      }
      groups.getLast().add(step);
      last = kind;
    }
    return groups;
  }
}
