package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.GeneratedValues;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.fields.LivePreview;
import dev.sluice.worker.lane.CheckOutcome;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Pace;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import dev.sluice.worker.live.Contention;
import dev.sluice.worker.live.Suspect;
import dev.sluice.worker.live.UnownedObjects.Returned;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.Planner;
import dev.sluice.worker.plan.Stage;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the live objects of an application that differ from what its done generation left. Puts
 * them back, or, if the policy or a suspension forbids that, reports what applying them again would
 * change. Used by the application's lane only, and only while the generation is done and nothing
 * newer is queued.
 */
final class DriftCheck {

  private static final Logger log = LoggerFactory.getLogger(DriftCheck.class);

  private final Ownership ownership;
  private final CachedLedger cachedLedger;
  private final ApplyContext context;
  private final Contention contention = new Contention();
  private final DriftReports reports;
  private String lastFailure = "";

  DriftCheck(Ownership ownership, CachedLedger cachedLedger, ApplyContext context) {
    this.ownership = ownership;
    this.cachedLedger = cachedLedger;
    this.context = context;
    this.reports = new DriftReports(context.reporter(), context.live());
  }

  CheckOutcome check(LogEntry entry, Attempt.Fence fence, Pace pace) throws InterruptedException {
    try {
      CheckOutcome outcome = tryToCheck(entry, fence, pace);
      lastFailure = "";
      return outcome;
    } catch (HaltException e) {
      return switch (e.outcome()) {
        case Outcome.Done() -> new CheckOutcome.Done();
        case Outcome.RetryAfter retry -> failed(entry, retry.failure().message());
        case Outcome.Parked parked -> failed(entry, parked.failure().message());
      };
    } catch (LedgerMovedException e) {
      cachedLedger.invalidate();
      return new CheckOutcome.Failed();
    } catch (UnreadableLedgerException | RenderException | ManifestException e) {
      return failed(entry, String.valueOf(e.getMessage()));
    } catch (ApiException e) {
      // its message may repeat the object
      return failed(entry, "the API server answers " + e.status());
    } catch (InterruptException e) {
      throw e;
    } catch (ReportException | KafkaException e) {
      return new CheckOutcome.Failed();
    }
  }

  /** Reports what still differs, since it could not be put back or compared. */
  private CheckOutcome failed(LogEntry entry, String reason) throws InterruptedException {
    if (!reason.equals(lastFailure)) {
      lastFailure = reason;
      log.atWarn()
          .addKeyValue("cluster", entry.subject().cluster())
          .addKeyValue("application", entry.application())
          .addKeyValue("generation", entry.generation())
          .log("live objects that differ could not be put back or compared: {}", reason);
    }
    try {
      reports.unknown(entry, heals(entry));
    } catch (ReportException | KafkaException e) {
      // the next check reports it
    }
    return new CheckOutcome.Failed();
  }

  private CheckOutcome tryToCheck(LogEntry entry, Attempt.Fence fence, Pace pace)
      throws HaltException,
          LedgerMovedException,
          UnreadableLedgerException,
          RenderException,
          ManifestException,
          ReportException,
          InterruptedException {
    Ledger ledger = cachedLedger.current();
    if (entry.removal() || !ledger.holds(entry.generation())) {
      showAgainstEarlier(entry, ledger);
      return new CheckOutcome.Done();
    }
    ApplyContext own = context.as(entry.policy().serviceAccount());
    reports.begin(entry.generation());
    Instant now = context.clock().instant();
    List<Suspect> differing = context.live().differing(entry.application());
    List<Suspect> healed =
        differing.stream().filter(suspect -> isDue(entry, suspect.ref().id(), now)).toList();
    List<Suspect> shown = new ArrayList<>(context.live().unchecked(entry.application()));
    shown.removeAll(healed);
    Map<ObjectId, ObjectDrift> found = new HashMap<>();
    if (!healed.isEmpty() || !shown.isEmpty()) {
      Optional<EarlyReads> early =
          healed.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  EarlyReads.begin(
                      fence, healed, ref -> own.preview().read(ref).map(LiveObject::new)));
      Optional<SyncEvent.Target> target = target(entry);
      if (target.isEmpty()) {
        return new CheckOutcome.Done(); // compacted away: a newer record follows
      }
      List<Manifest> manifests =
          own.rendering().render(target.get(), ledger.inventory()).manifests();
      if (early.isPresent()) {
        DriftComparison comparison = new DriftComparison(healed, context.live(), now);
        Attempt attempt =
            Attempt.begin(ownership, target.get(), ledger, fence, pace, early.get(), comparison);
        List<Stage> stages = stages(target.get(), manifests, ledger, healed, true);
        early.get().checkFence();
        heal(entry, ledger, stages, attempt, own, comparison);
      }
      if (!shown.isEmpty()) {
        DriftComparison comparison = new DriftComparison(shown, context.live(), now);
        compare(
            own, target.get(), stages(target.get(), manifests, ledger, shown, false), comparison);
        found.putAll(comparison.drifts());
        shown.forEach(suspect -> context.live().checked(entry.application(), suspect));
      }
    }
    DriftComparison deleted = new DriftComparison(List.of(), context.live(), now);
    DriftComparison left = new DriftComparison(List.of(), context.live(), now);
    List<Returned> returned = context.live().returned(entry.application());
    own.orphans().remove(returned, fence, it -> isDue(entry, it, now), deleted, left);
    healed(entry, deleted);
    found.putAll(left.drifts());
    reports.left(entry, found, heals(entry));
    return next(entry, now);
  }

  /**
   * Reports the objects that differ from an earlier generation, which is done while the newest is
   * parked. It is not put back: something newer is wanted. Its target may be gone from the log, so
   * the fields are not known.
   */
  private void showAgainstEarlier(LogEntry newest, Ledger ledger)
      throws ReportException, InterruptedException {
    Optional<LogEntry> earlier =
        context
            .live()
            .done(newest.application())
            .filter(done -> ledger.holds(done.generation()))
            .map(newest::about);
    if (earlier.isPresent()) {
      List<Suspect> unchecked = context.live().unchecked(newest.application());
      reports.begin(earlier.get().generation());
      reports.unknown(earlier.get(), false);
      unchecked.forEach(suspect -> context.live().checked(newest.application(), suspect));
    }
  }

  private boolean isDue(LogEntry entry, ObjectId object, Instant now) {
    return heals(entry) && !contention.next(object).isAfter(now);
  }

  private boolean heals(LogEntry entry) {
    return entry.policy().heals() && !context.suspended().test(entry.application());
  }

  private CheckOutcome next(LogEntry entry, Instant now) {
    Optional<Instant> next =
        Stream.concat(
                context.live().differing(entry.application()).stream().map(Suspect::ref),
                context.live().returned(entry.application()).stream().map(Returned::ref))
            .map(ref -> contention.next(ref.id()))
            .filter(at -> heals(entry) && at.isAfter(now))
            .min(Comparator.naturalOrder());
    return next.<CheckOutcome>map(at -> new CheckOutcome.Again(Duration.between(now, at)))
        .orElseGet(CheckOutcome.Done::new);
  }

  private Optional<SyncEvent.Target> target(LogEntry entry) throws InterruptedException {
    return context
        .targets()
        .read(entry)
        .filter(SyncEvent.Target.class::isInstance)
        .map(SyncEvent.Target.class::cast);
  }

  /**
   * Returns the writes of the chosen objects that the generation has. A heal also writes what
   * depends on them: certificates that a lost authority had signed, for example.
   */
  private static List<Stage> stages(
      SyncEvent.Target target,
      List<Manifest> manifests,
      Ledger ledger,
      List<Suspect> chosen,
      boolean heals) {
    Set<ObjectId> ids =
        chosen.stream().map(suspect -> suspect.ref().id()).collect(Collectors.toSet());
    Planner.Request request =
        new Planner.Request(
            manifests, ledger.inventory(), ids, target.spec().policy(), true, Planner.Runs.NONE);
    if (!(new Planner().plan(request) instanceof Plan.Ready plan)) {
      return List.of();
    }
    boolean renews = heals && target.spec().policy().ofGenerated() == GeneratedValues.KEEP_LIVE;
    List<Stage> stages = new ArrayList<>();
    for (Stage stage : plan.stages()) {
      List<ApplyStep> steps =
          stage.steps().stream()
              .filter(
                  step ->
                      ids.contains(step.ref().id())
                          || (renews && step.reason() == ApplyStep.Reason.CHANGED))
              .filter(step -> !step.manifest().isTransient())
              .toList();
      if (!steps.isEmpty()) {
        stages.add(stage.only(steps));
      }
    }
    return stages;
  }

  private void heal(
      LogEntry entry,
      Ledger ledger,
      List<Stage> stages,
      Attempt attempt,
      ApplyContext own,
      DriftComparison comparison)
      throws HaltException, LedgerMovedException, ReportException, InterruptedException {
    try {
      own.runner().write(stages, attempt);
    } finally {
      Inventory after = attempt.written().complete(ledger.inventory());
      for (var each : after.entries()) {
        each.state()
            .filter(_ -> attempt.written().has(each.ref()))
            .ifPresent(state -> context.live().expect(entry.application(), each.ref(), state));
      }
      healed(entry, comparison);
      if (!after.equals(ledger.inventory())) {
        cachedLedger.write(ledger, ledger.withInventory(after));
      }
    }
  }

  /** Reports what was put back, and who changes an object again and again. */
  private void healed(LogEntry entry, DriftComparison comparison)
      throws ReportException, InterruptedException {
    Instant now = context.clock().instant();
    reports.healed(entry, comparison, now);
    for (ObjectDrift drift : comparison.drifts().values()) {
      Optional<Contention.Pause> pause = contention.healed(drift.object().id(), now);
      if (pause.isPresent()) {
        reports.contended(entry, drift, pause.get());
      }
    }
  }

  /** Compares live objects with what applying them again would make of them. Writes nothing. */
  private static void compare(
      ApplyContext own, SyncEvent.Target target, List<Stage> stages, DriftComparison comparison)
      throws InterruptedException {
    for (Stage stage : stages) {
      for (ApplyStep step : stage.steps()) {
        Optional<LivePreview.Change> change =
            step.mode() == ApplyStep.Mode.APPLY
                ? own.preview().of(step.ref(), step.manifest().content(), target.spec().policy())
                : own.preview().read(step.ref()).map(it -> new LivePreview.Change(it, it));
        if (change.isEmpty()) {
          comparison.compared(
              new Writes.Write(
                  step.ref(), Optional.empty(), Optional.empty(), step.manifest().content()));
        } else {
          Optional<LiveObject> before = Optional.of(new LiveObject(change.get().live()));
          comparison.compared(new Writes.Write(step.ref(), before, before, change.get().after()));
        }
      }
    }
  }
}
