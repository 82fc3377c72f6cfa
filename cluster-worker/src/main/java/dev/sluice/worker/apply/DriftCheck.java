package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.GeneratedValues;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.lane.CheckOutcome;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Pace;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import dev.sluice.worker.live.Contention;
import dev.sluice.worker.live.LiveObjects.Suspect;
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

  /** The drift that was reported last. */
  private Map<ObjectId, ObjectDrift> reported = new HashMap<>();

  DriftCheck(Ownership ownership, CachedLedger cachedLedger, ApplyContext context) {
    this.ownership = ownership;
    this.cachedLedger = cachedLedger;
    this.context = context;
  }

  CheckOutcome check(LogEntry entry, Attempt.Fence fence, Pace pace) throws InterruptedException {
    try {
      return tryToCheck(entry, fence, pace);
    } catch (HaltException e) {
      return halted(entry, e);
    } catch (LedgerMovedException e) {
      cachedLedger.invalidate();
      return new CheckOutcome.Failed();
    } catch (UnreadableLedgerException | RenderException | ManifestException | ApiException e) {
      return failed(entry, String.valueOf(e.getMessage()));
    } catch (InterruptException e) {
      throw e;
    } catch (ReportException | KafkaException e) {
      return failed(entry, "the broker does not answer");
    }
  }

  private static CheckOutcome halted(LogEntry entry, HaltException halt) {
    return switch (halt.outcome()) {
      case Outcome.Done() -> new CheckOutcome.Done();
      case Outcome.RetryAfter retry -> failed(entry, retry.failure().message());
      case Outcome.Parked parked -> failed(entry, parked.failure().message());
    };
  }

  private static CheckOutcome failed(LogEntry entry, String reason) {
    log.atWarn()
        .addKeyValue("cluster", entry.subject().cluster())
        .addKeyValue("application", entry.application())
        .addKeyValue("generation", entry.generation())
        .log("live objects that differ could not be checked or put back: {}", reason);
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
      return new CheckOutcome.Done();
    }
    List<Suspect> differing = context.live().differing(entry.application());
    boolean heals = entry.policy().heals() && !context.suspended().test(entry.application());
    Instant now = context.clock().instant();
    List<Suspect> chosen =
        heals
            ? differing.stream()
                .filter(suspect -> !contention.next(suspect.ref().id()).isAfter(now))
                .toList()
            : context.live().unchecked(entry.application());
    if (!chosen.isEmpty()) {
      Optional<SyncEvent.Target> target = target(entry);
      if (target.isEmpty()) {
        return new CheckOutcome.Done(); // compacted away: a newer record follows
      }
      List<Stage> stages = stages(target.get(), ledger, chosen, heals);
      DriftComparison comparison = new DriftComparison(chosen, context.live(), now);
      if (heals) {
        Attempt attempt = Attempt.begin(ownership, target.get(), fence, pace, comparison);
        heal(entry, ledger, stages, attempt, comparison);
      } else {
        compare(target.get(), stages, comparison);
        report(entry, differing, comparison.drifts());
      }
      chosen.forEach(suspect -> context.live().checked(entry.application(), suspect.ref()));
    } else {
      report(entry, differing, Map.of());
    }
    return next(heals, now, differing);
  }

  private CheckOutcome next(boolean heals, Instant now, List<Suspect> differing) {
    Optional<Instant> next =
        differing.stream()
            .map(suspect -> contention.next(suspect.ref().id()))
            .filter(at -> heals && at.isAfter(now))
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
  private List<Stage> stages(
      SyncEvent.Target target, Ledger ledger, List<Suspect> chosen, boolean heals)
      throws RenderException, ManifestException, InterruptedException {
    Set<ObjectId> ids =
        chosen.stream().map(suspect -> suspect.ref().id()).collect(Collectors.toSet());
    Planner.Request request =
        new Planner.Request(
            context.rendering().render(target, ledger.inventory()).manifests(),
            ledger.inventory(),
            ids,
            target.spec().policy(),
            true);
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
        stages.add(new Stage(stage.phase(), steps));
      }
    }
    return stages;
  }

  private void heal(
      LogEntry entry,
      Ledger ledger,
      List<Stage> stages,
      Attempt attempt,
      DriftComparison comparison)
      throws HaltException, LedgerMovedException, ReportException, InterruptedException {
    attempt.fence().check();
    try {
      context.runner().write(stages, attempt);
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
    Map<ObjectId, ObjectDrift> drifts = comparison.drifts();
    if (drifts.isEmpty()) {
      return;
    }
    Instant now = context.clock().instant();
    send(entry, new ObservedEvent.Drifted(entry.subject(), sorted(drifts), Optional.empty(), true));
    List<ObjectChange> changes = new ArrayList<>(comparison.renewed());
    for (ObjectDrift drift : sorted(drifts)) {
      changes.add(
          new ObjectChange(
              drift.object(),
              drift.kind() == ObjectDrift.Kind.DELETED
                  ? ObjectChange.Action.CREATED
                  : ObjectChange.Action.CONFIGURED));
      Optional<Contention.Pause> pause = contention.healed(drift.object().id(), now);
      if (pause.isPresent()) {
        send(
            entry,
            new ObservedEvent.Contended(
                entry.subject(),
                drift.object(),
                drift.writers(),
                pause.get().heals(),
                Contention.WINDOW,
                pause.get().length()));
      }
    }
    Instant since =
        drifts.values().stream().map(ObjectDrift::since).min(Comparator.naturalOrder()).orElse(now);
    send(
        entry,
        new ObservedEvent.Healed(
            entry.subject(), changes, Duration.between(since, now), Optional.empty()));
    drifts.keySet().forEach(reported::remove);
  }

  /** Compares live objects with what applying them again would make of them. Writes nothing. */
  private void compare(SyncEvent.Target target, List<Stage> stages, DriftComparison comparison)
      throws InterruptedException {
    for (Stage stage : stages) {
      for (ApplyStep step : stage.steps()) {
        Optional<ObjectNode> live = context.preview().read(step.ref());
        if (live.isEmpty()) {
          comparison.compared(
              new Writes.Write(
                  step.ref(), Optional.empty(), Optional.empty(), step.manifest().content()));
        } else if (step.mode() == ApplyStep.Mode.APPLY) {
          ObjectNode after =
              context
                  .preview()
                  .after(step.ref(), live.get(), step.manifest().content(), target.spec().policy());
          Optional<LiveObject> before = Optional.of(new LiveObject(live.get()));
          comparison.compared(new Writes.Write(step.ref(), before, before, after));
        }
      }
    }
  }

  /** Reports the drift that is shown only, if it is another than before. */
  private void report(LogEntry entry, List<Suspect> differing, Map<ObjectId, ObjectDrift> found)
      throws ReportException, InterruptedException {
    Set<ObjectId> ids =
        differing.stream().map(suspect -> suspect.ref().id()).collect(Collectors.toSet());
    Map<ObjectId, ObjectDrift> now = new HashMap<>(reported);
    now.keySet().retainAll(ids);
    now.putAll(found);
    if (now.equals(reported)) {
      return;
    }
    reported = now;
    send(
        entry,
        now.isEmpty()
            ? new ObservedEvent.DriftEnded(entry.subject())
            : new ObservedEvent.Drifted(entry.subject(), sorted(now), Optional.empty(), false));
  }

  private static List<ObjectDrift> sorted(Map<ObjectId, ObjectDrift> drifts) {
    return drifts.values().stream().sorted(Comparator.comparing(ObjectDrift::object)).toList();
  }

  private void send(LogEntry entry, ObservedEvent event)
      throws ReportException, InterruptedException {
    context.reporter().send(event, entry.trace()).await();
  }
}
