package dev.sluice.worker.apply;

import dev.sluice.contract.event.DeadLetterEvent.Closed.Reason;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ResultEvent.LedgerSummary;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.CheckOutcome;
import dev.sluice.worker.lane.Effect;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Pace;
import dev.sluice.worker.lane.Received;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.lane.Work;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sync.LogEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles one application: compares its ledger with the newest record of the topic, has the
 * difference applied, and reports the result.
 *
 * <p>Every attempt ends in an {@link Outcome}; this class converts exceptions to outcomes.
 */
final class ApplicationReconciler implements Work {

  private static final Logger log = LoggerFactory.getLogger(ApplicationReconciler.class);
  private static final int LEDGER_TRIES = 4;
  private static final Wake LEDGER_CHANGE = new Wake.ClusterChange("a change of the ledger");

  private final Ownership ownership;
  private final CachedLedger cachedLedger;
  private final ApplyContext context;
  private final AttemptTelemetry telemetry;
  private final DriftCheck driftCheck;

  ApplicationReconciler(
      Ownership ownership,
      CachedLedger cachedLedger,
      ApplyContext context,
      AttemptTelemetry telemetry) {
    this.ownership = ownership;
    this.cachedLedger = cachedLedger;
    this.context = context;
    this.telemetry = telemetry;
    this.driftCheck = new DriftCheck(ownership, cachedLedger, context);
  }

  @Override
  public void invalidate() {
    cachedLedger.invalidate();
  }

  @Override
  public Outcome attempt(LogEntry entry, Received received, Pace pace) throws InterruptedException {
    Outcome outcome;
    try {
      outcome = attemptOrThrow(entry, received, pace);
    } catch (HaltException e) {
      outcome = e.outcome();
    } catch (ApiException e) {
      outcome = ApiErrorClassifier.classify(e, Failure.Stage.LEDGER, Optional.empty());
    } catch (UnreadableLedgerException e) {
      outcome = new Outcome.Parked(e.failure(), LEDGER_CHANGE);
    } catch (ManifestException e) {
      outcome = unrendered(e);
    } catch (RenderException e) {
      outcome = unrendered(e);
    } catch (InterruptException e) {
      throw e;
    } catch (ReportException | KafkaException e) {
      outcome = retry(ApplyFailure.BROKER_UNAVAILABLE, "the broker does not answer");
    }
    if (outcome instanceof Outcome.Parked) {
      context.claims().settle(entry);
    }
    telemetry.ended(outcome);
    return outcome;
  }

  @Override
  public CheckOutcome check(LogEntry entry, Pace pace) throws InterruptedException {
    return driftCheck.check(entry, () -> fence(entry), pace);
  }

  /** Returns the outcome of a target that cannot be rendered, or whose manifests are refused. */
  private static Outcome unrendered(RenderException e) {
    return switch (e.remedy()) {
      case TIME -> new Outcome.RetryAfter(e.failure(), Optional.empty());
      case INPUT -> new Outcome.Parked(e.failure(), new Wake.NewInput());
      case KINDS -> new Outcome.Parked(e.failure(), new Wake.NewKinds());
      case WORKER -> new Outcome.Parked(e.failure(), new Wake.ClusterChange("the worker's files"));
    };
  }

  private static Outcome unrendered(ManifestException e) {
    Wake wake =
        switch (e.failure().code()) {
          case RenderFailure.UNKNOWN_KIND ->
              new Wake.ClusterChange("the kind's CustomResourceDefinition");
          case RenderFailure.UNKNOWN_FIELD -> new Wake.NewKinds();
          default -> new Wake.NewInput();
        };
    return new Outcome.Parked(e.failure(), wake);
  }

  private Outcome attemptOrThrow(LogEntry entry, Received received, Pace pace)
      throws HaltException,
          RenderException,
          ManifestException,
          ReportException,
          UnreadableLedgerException,
          InterruptedException {
    for (int tries = 0; tries < LEDGER_TRIES; tries++) {
      try {
        return advance(entry, received, pace);
      } catch (LedgerMovedException e) {
        cachedLedger.invalidate();
      }
    }
    return retry(
        ApplyFailure.LEDGER_CONTENDED, "the ledger changed every time before it could be written");
  }

  private Outcome advance(LogEntry entry, Received received, Pace pace)
      throws HaltException,
          RenderException,
          ManifestException,
          ReportException,
          LedgerMovedException,
          UnreadableLedgerException,
          InterruptedException {
    Ledger ledger = cachedLedger.current();
    if (ledger.isAfter(entry.generation())) {
      throw fenced(entry, ledger);
    }
    if (ledger.holds(entry.generation())) {
      if (!ledger.inputDigest().equals(entry.inputDigest())) {
        // the same number with other inputs: the dispatcher lost its state and counts again
        throw fenced(entry, ledger);
      }
      context.claims().settle(entry);
      if (entry.removal()) {
        context.live().removed(entry.application());
      } else {
        context.live().found(entry.subject(), entry.policy(), ledger.inventory());
      }
      if (received.isNew()) {
        reportAlreadyApplied(entry, ledger);
      }
      return new Outcome.Done();
    }
    observe(entry, ledger);
    Optional<SyncEvent> event =
        received.payload().isPresent() ? received.payload() : context.targets().read(entry);
    if (event.isEmpty()) {
      // compacted away: a newer record follows
      return new Outcome.Done();
    }
    ApplyContext own = context.as(account(event.get(), ledger));
    GenerationApply generations =
        new GenerationApply(cachedLedger, own, entry.within(telemetry.begin(entry)));
    Attempt attempt =
        Attempt.begin(
            ownership,
            event.get(),
            ledger,
            () -> fence(entry),
            pace,
            EarlyReads.NONE,
            write -> context.live().written(write.ref(), write.after()));
    switch (event.get()) {
      case SyncEvent.Target target -> {
        Instant begunAt = context.clock().instant();
        generations
            .apply(ledger, target, attempt)
            .ifPresent(timings -> telemetry.applied(entry, ledger, target, begunAt, timings));
      }
      case SyncEvent.Removal removal -> generations.remove(ledger, removal, attempt);
    }
    return new Outcome.Done();
  }

  /** Returns the account that is impersonated; a removal uses the one that the objects are from. */
  private static Optional<ServiceAccountName> account(SyncEvent event, Ledger ledger) {
    return switch (event) {
      case SyncEvent.Target target -> target.spec().policy().serviceAccount();
      case SyncEvent.Removal _ -> ledger.account();
    };
  }

  /** Observes the objects of an earlier generation that is done, in case the newest is parked. */
  private void observe(LogEntry newest, Ledger ledger) {
    ApplicationName application = newest.application();
    if (ledger.phase() == LedgerSummary.Phase.DONE && context.live().done(application).isEmpty()) {
      ClusterName cluster = newest.subject().cluster();
      Generation generation = ledger.generation().orElseThrow();
      Subject done =
          new Subject(
              cluster,
              application,
              generation,
              ledger.commit(),
              EventId.of("sync", cluster, application, generation));
      context.live().found(done, newest.policy(), ledger.inventory());
    }
  }

  /**
   * Reports a generation that the ledger has already. The log was recreated if it sends one as new.
   */
  private void reportAlreadyApplied(LogEntry entry, Ledger ledger)
      throws ReportException, InterruptedException {
    context
        .reporter()
        .send(
            entry.removal()
                ? new ResultEvent.Removed(entry.subject(), List.of())
                : new ResultEvent.Unchanged(
                    entry.subject(), ledger.inventory().objects(), Optional.empty()),
            entry.trace())
        .await();
  }

  private void fence(LogEntry entry) throws HaltException, InterruptedException {
    StoredLedger now;
    try {
      now = cachedLedger.readNow();
    } catch (UnreadableLedgerException e) {
      cachedLedger.invalidate();
      throw new HaltException(new Outcome.Parked(e.failure(), LEDGER_CHANGE));
    }
    if (now.ledger().isAfter(entry.generation())) {
      throw fenced(entry, now.ledger());
    }
    if (!cachedLedger.isKnown(now)) {
      cachedLedger.invalidate();
      throw new HaltException(
          retry(ApplyFailure.LEDGER_MOVED, "someone else wrote or deleted the ledger meanwhile"));
    }
  }

  private HaltException fenced(LogEntry entry, Ledger ledger) {
    context
        .reporter()
        .send(
            new ResultEvent.Fenced(entry.subject(), ledger.generation().orElseThrow()),
            entry.trace());
    return new HaltException(new Outcome.Done());
  }

  @Override
  public void report(Effect effect) throws ReportException, InterruptedException {
    LogEntry entry = effect.entry();
    ResultEvent result =
        switch (effect) {
          case Effect.Superseded superseded ->
              new ResultEvent.Superseded(entry.subject(), superseded.by());
          case Effect.Retrying retrying ->
              new ResultEvent.Retrying(
                  entry.subject(), retrying.attempt(), retrying.delay(), retrying.failure());
          case Effect.Parked parked ->
              new ResultEvent.Parked(entry.subject(), parked.failure(), parked.wake().shown());
        };
    context.reporter().send(result, entry.trace()).await();
    switch (effect) {
      case Effect.Superseded _ -> context.claims().settle(entry);
      case Effect.Retrying retrying ->
          logFailure(entry, "trying again in " + retrying.delay(), retrying.failure());
      case Effect.Parked parked -> {
        if (context.deadLetters().open(cachedLedger, parked)) {
          logFailure(entry, "parked; retried on " + parked.wake().shown(), parked.failure());
        }
      }
    }
  }

  private static void logFailure(LogEntry entry, String next, Failure failure) {
    log.atWarn()
        .addKeyValue("cluster", entry.subject().cluster())
        .addKeyValue("application", entry.application())
        .addKeyValue("generation", entry.generation())
        .log("{}: {} ({})", next, failure.message(), failure.code());
  }

  private static Outcome retry(FailureCode code, String message) {
    return new Outcome.RetryAfter(
        new Failure(code, message, Failure.Stage.LEDGER, Optional.empty()), Optional.empty());
  }

  /** Returns the reason why an open dead letter is closed when a generation is done. */
  static Reason closing(LogEntry entry) {
    return entry.removal() ? Reason.REMOVED : Reason.SUCCEEDED;
  }
}
