package dev.sluice.worker.apply;

import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.plan.GeneratedField;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.PlanDigest;
import dev.sluice.worker.plan.Planner;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sync.LogEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Applies one generation.
 *
 * <p>The order is: intent in the ledger; objects; result at the broker; completion in the ledger.
 * If a worker dies before the last step, its successor finds the intent, applies all of it again
 * and reports the result again under the same id. So no result is lost, and none is reported before
 * it is true. A successor fences the reporter before it reads the ledgers, so a fenced worker
 * cannot report late.
 */
final class GenerationApply {

  /** The number of generated fields that a result names. */
  private static final int REPORTED = 50;

  private final CachedLedger cachedLedger;
  private final ApplyContext context;
  private final LogEntry entry;
  private final GenerationHooks hooks;

  GenerationApply(CachedLedger cachedLedger, ApplyContext context, LogEntry entry) {
    this.cachedLedger = cachedLedger;
    this.context = context;
    this.entry = entry;
    this.hooks = new GenerationHooks(context, entry);
  }

  /**
   * Applies a target.
   *
   * @param ledger the state that all writes are conditional on
   * @return when the steps finished; empty if the cluster was up to date already
   */
  Optional<ResultEvent.Timings> apply(Ledger ledger, SyncEvent.Target target, Attempt attempt)
      throws HaltException,
          RenderException,
          ManifestException,
          ReportException,
          LedgerMovedException,
          InterruptedException {
    Desired desired = context.rendering().render(target, ledger.inventory());
    Instant renderedAt = context.clock().instant();
    Planner.Request request =
        new Planner.Request(
            desired.manifests(),
            ledger.inventory(),
            unfinished(ledger, target),
            target.spec().policy(),
            false,
            hooks.runs(ledger));
    Plan.Ready plan =
        switch (new Planner().plan(request)) {
          case Plan.Ready ready -> registerClaims(ready);
          case Plan.Held held -> approved(held, request, ledger, attempt);
          case Plan.Refused refused ->
              throw new HaltException(new Outcome.Parked(refused.failure(), new Wake.NewInput()));
        };
    Instant plannedAt = context.clock().instant();
    int objects = plan.inventories().after().objects();
    if (plan.isEmpty()) {
      LedgerLimit.require(ledger.withRemovalHooks(GenerationHooks.kept(plan)));
      context.runner().run(plan, entry, attempt, hooks::wait);
      finish(
          ledger,
          new ResultEvent.Unchanged(
              entry.subject(), objects, Optional.of(desired.renderer()), generated(desired)),
          plan,
          attempt);
      return Optional.empty();
    }
    context.runner().requireAdoptable(plan, attempt);
    context
        .reporter()
        .send(
            new ResultEvent.Planned(
                entry.subject(), AppliedChange.planned(plan), desired.renderer()),
            entry.trace());
    HookJournal journal = new HookJournal(cachedLedger, begin(ledger, plan));
    PlanRunner.Run run = carryOut(plan, attempt.with(journal));
    Ledger begun = journal.ledger();
    ResultEvent.Timings timings =
        new ResultEvent.Timings(
            entry.receivedAt(), renderedAt, plannedAt, context.clock().instant());
    ResultEvent.Applied applied =
        new ResultEvent.Applied(
            entry.subject(),
            run.changes(),
            objects,
            timings,
            Optional.of(desired.renderer()),
            Optional.empty(),
            run.kept().map(KeptObjects::listed),
            generated(desired));
    if (run.kept().isPresent()) {
      keep(
          begun, run.kept().get(), applied, attempt.written().complete(plan.inventories().after()));
      throw new HaltException(run.kept().get().outcome());
    }
    finish(begun, applied, plan, attempt);
    return Optional.of(timings);
  }

  /** Returns the generated fields for the result, as many as a reader can use. */
  private static Optional<List<String>> generated(Desired desired) {
    return Optional.of(
        desired.generated().stream().limit(REPORTED).map(GeneratedField::toString).toList());
  }

  private Plan.Ready registerClaims(Plan.Ready plan) {
    context.claims().planned(entry, plan.claims(), plan.declarations());
    context.claims().shared().unchanged(plan, entry.application());
    return plan;
  }

  /**
   * Lets a plan pass that the guard holds, if it deletes less than it seems to, since objects are
   * gone or only change their API group; if a person approved exactly these deletions; or if they
   * had begun already, in which case the guard let them pass before.
   *
   * @throws HaltException if there is no approval; it names the plan to approve
   */
  private Plan.Ready approved(
      Plan.Held held, Planner.Request request, Ledger ledger, Attempt attempt)
      throws HaltException, InterruptedException {
    Plan.Ready plan = registerClaims(held.ready());
    if (isBegun(plan, ledger)) {
      return plan;
    }
    Pruning pruning = context.runner().pruning();
    PlanDigest digest = pruning.digest(plan.prunes(), entry, new TreeSet<>(), attempt);
    Optional<Failure> objection = Planner.objection(request, plan, gone(plan, digest));
    Plan.Ready bound = plan.withPrunes(Pruning.bound(plan.prunes(), digest));
    if (objection.isEmpty()) {
      return bound;
    }
    Optional<Approval> approval = attempt.approval();
    if (approval.isPresent()) {
      PlanDigest withUnknown =
          new PlanDigest(
              entry.subject(),
              entry.inputDigest(),
              digest.deletions(),
              pruning.unknown(plan.prunes(), entry));
      if (digest.isApprovedBy(approval.get()) || withUnknown.isApprovedBy(approval.get())) {
        return bound;
      }
    }
    throw new HaltException(
        new Outcome.Parked(
            objection.get().awaiting(digest.plan()),
            new Wake.ClusterChange("an approval, or a new generation")));
  }

  private static Set<ObjectId> gone(Plan.Ready plan, PlanDigest digest) {
    Set<ObjectId> gone = new HashSet<>();
    plan.prunes().stream().filter(step -> !step.hook()).forEach(step -> gone.add(step.ref().id()));
    digest.deletions().forEach(deletion -> gone.remove(deletion.object().id()));
    return gone;
  }

  private boolean isBegun(Plan.Ready plan, Ledger ledger) {
    return ledger.generation().equals(Optional.of(entry.generation()))
        && plan.prunes().stream().allMatch(step -> ledger.intent().contains(step.ref()));
  }

  /**
   * Reports the finished part, and leaves the deletions that are still to be done in the ledger.
   */
  private void keep(Ledger begun, KeptObjects kept, ResultEvent.Applied applied, Inventory after)
      throws ReportException, LedgerMovedException, InterruptedException {
    if (!applied.changes().isEmpty()) {
      context.reporter().send(applied, entry.trace()).await();
    }
    Inventory inventory = after.plus(begun.inventory(), kept.objects());
    Ledger left = begun.begin(header(), inventory, Set.copyOf(kept.objects()));
    if (!left.equals(begun)) {
      cachedLedger.write(begun, left);
    }
  }

  /**
   * Returns the objects that must be written even if their digest is unchanged; all, for a resync
   * of the same inputs.
   */
  private static Set<ObjectId> unfinished(Ledger ledger, SyncEvent.Target target) {
    Set<ObjectId> unfinished = new HashSet<>();
    ledger.intent().forEach(ref -> unfinished.add(ref.id()));
    boolean again = !ledger.generation().equals(Optional.of(target.generation()));
    if (again && ledger.inputDigest().equals(target.inputDigest())) {
      unfinished.addAll(ledger.inventory().ids());
    }
    return unfinished;
  }

  /** Removes all objects of the application. */
  void remove(Ledger ledger, SyncEvent.Removal removal, Attempt attempt)
      throws HaltException, ReportException, LedgerMovedException, InterruptedException {
    Plan.Ready plan =
        new Planner().removal(ledger.inventory(), removal.orphan(), false, hooks.ofRemoval(ledger));
    HookJournal journal = new HookJournal(cachedLedger, begin(ledger, plan));
    PlanRunner.Run run = carryOut(plan, attempt.with(journal));
    Ledger begun = journal.ledger();
    if (run.kept().isPresent()) {
      throw new HaltException(run.kept().get().outcome());
    }
    List<ObjectChange> changes = new ArrayList<>(run.changes());
    plan.skipped().forEach(ref -> changes.add(new ObjectChange(ref, Action.SKIPPED)));
    finish(begun, new ResultEvent.Removed(entry.subject(), changes), plan, attempt);
  }

  private Ledger begin(Ledger ledger, Plan.Ready plan)
      throws HaltException, LedgerMovedException, InterruptedException {
    Ledger begun = ledger.begin(header(), plan.inventories().during(), plan.writeSet());
    if (!entry.removal()) {
      begun = begun.withRemovalHooks(GenerationHooks.kept(plan));
      LedgerLimit.require(begun);
    }
    cachedLedger.write(ledger, begun);
    context.live().begin(entry.application(), begun.inventory());
    return begun;
  }

  private PlanRunner.Run carryOut(Plan.Ready plan, Attempt attempt)
      throws HaltException, InterruptedException {
    PlanRunner.Run run;
    try {
      run = context.runner().run(plan, entry, attempt, hooks::wait);
    } catch (HaltException e) {
      throw e.outcome() instanceof Outcome.Parked parked ? hooks.failed(plan, attempt, parked) : e;
    }
    for (ObjectChange change : run.changes()) {
      if (change.action() == Action.TRANSFERRED) {
        // the claimant may be parked because of this object
        context.claims().wakeClaimant(change.object().id(), entry.application());
      }
    }
    return run;
  }

  private void finish(Ledger ledger, ResultEvent result, Plan.Ready plan, Attempt attempt)
      throws ReportException, LedgerMovedException, InterruptedException {
    context.reporter().send(result, entry.trace()).await();
    if (ledger.deadLetter().isPresent()) {
      context
          .deadLetters()
          .close(ledger.deadLetter().get(), entry, ApplicationReconciler.closing(entry));
    }
    Inventory after = attempt.written().complete(plan.inventories().after());
    Ledger finished = ledger.finish(header(), after, end(result));
    if (!entry.removal()) {
      finished = finished.withRemovalHooks(GenerationHooks.kept(plan));
    }
    cachedLedger.write(ledger, finished);
    ledger.deadLetter().ifPresent(context.deadLetters()::isWritten);
    if (entry.removal()) {
      context.live().removed(entry.application());
    } else {
      context.live().settled(entry.subject(), entry.policy(), after);
    }
  }

  /** Returns the end of a generation as its result has it, or else now. */
  private Ledger.Finished end(ResultEvent result) {
    return switch (result) {
      case ResultEvent.Applied applied ->
          new Ledger.Finished(applied.timings().appliedAt(), applied.renderer());
      case ResultEvent.Unchanged unchanged ->
          new Ledger.Finished(context.clock().instant(), unchanged.renderer());
      default -> new Ledger.Finished(context.clock().instant(), Optional.empty());
    };
  }

  private Ledger.Header header() {
    return new Ledger.Header(
        entry.generation(),
        entry.removal(),
        entry.subject().commit(),
        entry.inputDigest(),
        context.account());
  }
}
