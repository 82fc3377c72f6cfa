package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.SyncEvent;
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

/**
 * The work of one lane, where a failure that no code expects costs one attempt or one effect, and
 * never the lane.
 */
final class ContainedWork {

  private static final Logger log = LoggerFactory.getLogger(ContainedWork.class);

  /** Broker and cluster come back and are waited for; other failures may be the effect's own. */
  private static final int MOST_TELLINGS = 5;

  private final ApplicationName application;
  private final Work work;
  private final Breaker breaker;
  private final AttemptJournal journal;
  private int failedTellings;

  ContainedWork(ApplicationName application, Work work, Breaker breaker, AttemptJournal journal) {
    this.application = application;
    this.work = work;
    this.breaker = breaker;
    this.journal = journal;
  }

  void distrust() {
    work.distrust();
  }

  Outcome attempt(LogEntry entry, Optional<SyncEvent> payload, Pace pace)
      throws InterruptedException {
    Optional<Duration> penalty = journal.penalty(application, entry.generation().value());
    if (penalty.isPresent()) {
      return suspected(penalty);
    }
    Outcome outcome;
    journal.begun(application, entry.generation().value());
    try {
      outcome = work.attempt(entry, payload, pace);
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
          .log("an attempt failed in a way that no code expects");
      outcome = unexpected(e);
    }
    switch (outcome) {
      case Outcome.Done() -> breaker.answered();
      case Outcome.RetryAfter retry
          when retry.failure().code().equals(ApiErrorClassifier.UNREACHABLE) ->
          breaker.failed();
      case Outcome.RetryAfter _, Outcome.Parked _ -> {
        // may have come without a word of the API
      }
    }
    return outcome;
  }

  private static Outcome suspected(Optional<Duration> penalty) {
    return new Outcome.RetryAfter(
        new Failure(
            "WorkerEnded",
            "the worker's process ended several times while it attempted this generation, perhaps"
                + " because of it: out of memory, say; it waits, so that other applications are"
                + " applied first",
            Failure.Stage.APPLY,
            Optional.empty()),
        penalty);
  }

  /** An exception may have passed by the next attempt; the same input raises an error again. */
  static Outcome unexpected(Throwable failure) {
    Failure told =
        new Failure(
            "Internal",
            "the worker failed with %s; see its log".formatted(failure.getClass().getSimpleName()),
            Failure.Stage.APPLY,
            Optional.empty());
    return failure instanceof Error
        ? new Outcome.Parked(told, new Wake.NewInput())
        : new Outcome.RetryAfter(told, Optional.empty());
  }

  /** Tells one effect; returns whether it is settled, or to be told again later. */
  boolean settles(Effect effect) throws InterruptedException {
    try {
      work.tell(effect);
      failedTellings = 0;
      return true;
    } catch (ReportException | RuntimeException | Error e) {
      FatalErrors.check(e);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return leavesOut(effect, e);
    }
  }

  private boolean leavesOut(Effect effect, Throwable failure) {
    boolean passes =
        failure instanceof ReportException
            || failure instanceof ApiException
            || failure instanceof KafkaException;
    failedTellings = passes ? 0 : failedTellings + 1;
    boolean last = failedTellings >= MOST_TELLINGS;
    log.atWarn()
        .addKeyValue("application", application)
        .addKeyValue("generation", effect.entry().generation())
        .setCause(failure)
        .log(
            "could not tell of a {}; {}",
            effect.getClass().getSimpleName(),
            last ? "it is left untold" : "trying again");
    if (last) {
      failedTellings = 0;
    }
    return last;
  }
}
