package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Contains unexpected failures in the work of one lane: each fails one attempt or one effect, and
 * never ends the lane.
 */
final class ContainedWork {

  private static final Logger log = LoggerFactory.getLogger(ContainedWork.class);

  /**
   * Limit for failures that may be caused by the effect itself. Broker and API failures are retried
   * without limit.
   */
  private static final int MAX_FAILED_REPORTS = 5;

  private final ApplicationName application;
  private final Work work;
  private final Breaker breaker;
  private final AttemptJournal journal;
  private int failedReports;

  ContainedWork(ApplicationName application, Work work, Breaker breaker, AttemptJournal journal) {
    this.application = application;
    this.work = work;
    this.breaker = breaker;
    this.journal = journal;
  }

  void invalidate() {
    work.invalidate();
  }

  Outcome attempt(LogEntry entry, Received received, Pace pace) throws InterruptedException {
    Optional<Duration> penalty = journal.penalty(application, entry.generation());
    if (penalty.isPresent()) {
      return suspected(penalty);
    }
    Outcome outcome;
    journal.begun(application, entry.generation());
    try {
      outcome = work.attempt(entry, received, pace);
      journal.ended(application);
    } catch (InterruptedException e) {
      journal.ended(application);
      throw e;
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      journal.ended(application);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      log.atError()
          .addKeyValue("application", application)
          .addKeyValue("generation", entry.generation())
          .setCause(e)
          .log("an attempt failed unexpectedly");
      outcome = unexpected(e);
    }
    switch (outcome) {
      case Outcome.Done() -> breaker.answered();
      case Outcome.RetryAfter retry when retry.failure().code() == ApplyFailure.UNREACHABLE ->
          breaker.failed();
      case Outcome.RetryAfter _, Outcome.Parked _ -> {
        // may have been reached without any API call
      }
    }
    return outcome;
  }

  CheckOutcome check(LogEntry entry, Pace pace) throws InterruptedException {
    Optional<Duration> penalty = journal.penalty(application, entry.generation());
    if (penalty.isPresent()) {
      return new CheckOutcome.Again(penalty.get());
    }
    journal.begun(application, entry.generation());
    try {
      CheckOutcome outcome = work.check(entry, pace);
      journal.ended(application);
      return outcome;
    } catch (InterruptedException e) {
      journal.ended(application);
      throw e;
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      journal.ended(application);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      log.atError()
          .addKeyValue("application", application)
          .addKeyValue("generation", entry.generation())
          .setCause(e)
          .log("a check of live objects failed unexpectedly");
      return new CheckOutcome.Failed();
    }
  }

  private static Outcome suspected(Optional<Duration> penalty) {
    return new Outcome.RetryAfter(
        new Failure(
            ApplyFailure.WORKER_ENDED,
            "the worker's process ended several times while it attempted this generation, perhaps"
                + " because of it: out of memory, say; it waits, so that other applications are"
                + " applied first",
            Failure.Stage.APPLY,
            Optional.empty()),
        penalty);
  }

  /**
   * Returns the outcome of an unexpected failure. An exception may not occur again; an error will,
   * with the same input.
   */
  static Outcome unexpected(Throwable failure) {
    Failure failed =
        new Failure(
            ApplyFailure.INTERNAL,
            "the worker failed with %s; see its log".formatted(failure.getClass().getSimpleName()),
            Failure.Stage.APPLY,
            Optional.empty());
    return failure instanceof Error
        ? new Outcome.Parked(failed, new Wake.NewInput())
        : new Outcome.RetryAfter(failed, Optional.empty());
  }

  /** Reports one effect; returns whether it is settled, or must be reported again later. */
  boolean reportOrSkip(Effect effect) throws InterruptedException {
    try {
      work.report(effect);
      failedReports = 0;
      return true;
    } catch (ReportException | RuntimeException | Error e) {
      FatalErrors.check(e);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return isSkipped(effect, e);
    }
  }

  private boolean isSkipped(Effect effect, Throwable failure) {
    boolean passes =
        failure instanceof ReportException
            || failure instanceof ApiException
            || failure instanceof KafkaException;
    failedReports = passes ? 0 : failedReports + 1;
    boolean last = failedReports >= MAX_FAILED_REPORTS;
    // that the broker takes no results is logged where they are written, once for all applications
    log.atLevel(failure instanceof ReportException ? Level.DEBUG : Level.WARN)
        .addKeyValue("application", application)
        .addKeyValue("generation", effect.entry().generation())
        .setCause(failure)
        .log(
            "could not report a {}; {}",
            effect.getClass().getSimpleName(),
            last ? "it is not reported" : "trying again");
    if (last) {
      failedReports = 0;
    }
    return last;
  }
}
