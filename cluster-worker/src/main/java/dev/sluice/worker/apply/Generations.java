package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.log.LogEntry;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.PlanRequest;
import dev.sluice.worker.plan.Planner;
import dev.sluice.worker.render.RenderException;
import dev.sluice.worker.report.ReportException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One generation from intent to done.
 *
 * <p>The order is: intent in the ledger; objects; result at the broker; done in the ledger. A
 * worker that dies before the last step leaves an intent, and its successor goes over all of it and
 * tells the result again, under the same id: so no result is lost, and none is told of what is not
 * so. A successor fences the reporter before it reads the ledgers: so none is told too late.
 */
final class Generations {

  private final Book book;
  private final Site site;
  private final LogEntry entry;

  Generations(Book book, Site site, LogEntry entry) {
    this.book = book;
    this.site = site;
    this.entry = entry;
  }

  /**
   * Makes the cluster hold a target.
   *
   * @param ledger that was looked at: nothing is written that does not follow from it
   * @return when the steps were finished; empty if the cluster held it already
   */
  Optional<ResultEvent.Timings> apply(Ledger ledger, SyncEvent.Target target, Attempt attempt)
      throws HaltException,
          RenderException,
          ManifestException,
          ReportException,
          LedgerMovedException,
          InterruptedException {
    Desired desired = site.rendering().render(target);
    Instant renderedAt = site.clock().instant();
    Plan.Ready plan =
        switch (new Planner()
            .plan(
                new PlanRequest(
                    desired.manifests(),
                    ledger.inventory(),
                    unfinished(ledger, target),
                    target.spec().policy(),
                    target.approved()))) {
          case Plan.Ready ready -> ready;
          case Plan.Held held ->
              throw new HaltException(
                  new Outcome.Parked(
                      held.failure(), new Wake.ClusterChange("approval, or a new generation")));
        };
    site.neighbours().planned(entry, plan.inventories().after());
    Instant plannedAt = site.clock().instant();
    int objects = plan.inventories().after().size();
    if (plan.isNothing()) {
      site.runner().run(plan, entry, attempt);
      finish(
          ledger,
          new ResultEvent.Unchanged(entry.subject(), objects, Optional.of(desired.renderer())),
          plan);
      return Optional.empty();
    }
    site.reporter()
        .send(
            new ResultEvent.Planned(entry.subject(), planned(plan), desired.renderer()),
            entry.trace());
    Ledger begun = begin(ledger, plan);
    List<ObjectChange> changes = carryOut(plan, attempt);
    ResultEvent.Timings timings =
        new ResultEvent.Timings(entry.receivedAt(), renderedAt, plannedAt, site.clock().instant());
    finish(
        begun,
        new ResultEvent.Applied(
            entry.subject(), changes, objects, timings, Optional.of(desired.renderer())),
        plan);
    return Optional.of(timings);
  }

  /** What is sent again though its inputs are the same, is gone over whole. */
  private static Set<ObjectRef> unfinished(Ledger ledger, SyncEvent.Target target) {
    Set<ObjectRef> refs = new HashSet<>(ledger.intent());
    if (ledger.inputDigest().equals(target.inputDigest())) {
      ledger.inventory().entries().forEach(entry -> refs.add(entry.ref()));
    }
    return refs;
  }

  /** Makes the cluster hold nothing of the application. */
  void remove(Ledger ledger, SyncEvent.Removal removal, Attempt attempt)
      throws HaltException, ReportException, LedgerMovedException, InterruptedException {
    Plan.Ready plan = new Planner().removal(ledger.inventory(), removal.orphan(), false);
    site.neighbours().planned(entry, Inventory.EMPTY);
    Ledger begun = begin(ledger, plan);
    List<ObjectChange> changes = carryOut(plan, attempt);
    plan.skipped().forEach(ref -> changes.add(new ObjectChange(ref, Action.SKIPPED)));
    finish(begun, new ResultEvent.Removed(entry.subject(), changes), plan);
  }

  private Ledger begin(Ledger ledger, Plan.Ready plan)
      throws LedgerMovedException, InterruptedException {
    Ledger begun = ledger.begin(header(), plan.inventories().during(), plan.writeSet());
    book.write(ledger, begun);
    return begun;
  }

  private List<ObjectChange> carryOut(Plan.Ready plan, Attempt attempt)
      throws HaltException, InterruptedException {
    List<ObjectChange> changes = site.runner().run(plan, entry, attempt);
    for (ObjectChange change : changes) {
      if (change.action() == Action.TRANSFERRED) {
        // who claims it may be parked until now
        claimant(change.object()).ifPresent(site.wake());
      }
    }
    return changes;
  }

  private Optional<ApplicationName> claimant(ObjectRef ref) {
    return site.neighbours().otherClaimant(ref, entry.application());
  }

  private void finish(Ledger ledger, ResultEvent result, Plan.Ready plan)
      throws ReportException, LedgerMovedException, InterruptedException {
    site.reporter().send(result, entry.trace()).await();
    if (ledger.deadLetter().isPresent()) {
      site.deadLetters().close(ledger.deadLetter().get(), entry, ApplicationWork.closing(entry));
    }
    book.write(ledger, ledger.finish(header(), plan.inventories().after()));
  }

  private Ledger.Header header() {
    return new Ledger.Header(
        entry.generation(), entry.removal(), entry.subject().commit(), entry.inputDigest());
  }

  private static List<ObjectChange> planned(Plan.Ready plan) {
    List<ObjectChange> changes = new ArrayList<>();
    plan.applies()
        .forEach(
            step ->
                changes.add(
                    new ObjectChange(
                        step.ref(),
                        switch (step.reason()) {
                          case NEW -> Action.CREATED;
                          case CHANGED, REASSERT -> Action.CONFIGURED;
                        })));
    plan.prunes().forEach(step -> changes.add(new ObjectChange(step.ref(), Action.DELETED)));
    return changes;
  }
}
