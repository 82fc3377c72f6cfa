package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.sync.LogEntry;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The spans and timings of one application's attempts. Not thread-safe. */
public final class AttemptTelemetry {

  private final AppliedListener listener;
  private final Tracing tracing;
  private final Instant since;
  private final Clock clock;
  private Optional<Generation> applied = Optional.empty();
  private Tracing.@Nullable Span span;

  /**
   * Creates the telemetry of an application.
   *
   * @param since when the session began; records written earlier may have been applied before
   */
  public AttemptTelemetry(AppliedListener listener, Tracing tracing, Instant since, Clock clock) {
    this.listener = listener;
    this.tracing = tracing;
    this.since = since;
    this.clock = clock;
  }

  /** Starts the span of an attempt unless it has one; returns the trace context for its events. */
  TraceParent begin(LogEntry entry) {
    Tracing.Span known = span;
    if (known != null) {
      return known.context();
    }
    Tracing.Span begun =
        tracing
            .start(
                Tracing.Kind.CONSUMER,
                entry.removal() ? "remove" : "apply",
                Optional.of(entry.trace()),
                clock.instant())
            .tag("cluster", entry.subject().cluster())
            .tag("application", entry.application())
            .tag("generation", entry.generation());
    span = begun;
    return begun.context();
  }

  /** Records the steps of a target that was applied to a cluster with this ledger. */
  void applied(
      LogEntry entry,
      Ledger before,
      SyncEvent.Target target,
      Instant begunAt,
      ResultEvent.Timings timings) {
    listener.applied(target, begunAt, timings, mayHaveBeenApplied(entry, before));
    Tracing.Span current = span;
    if (current != null) {
      tracing.step(current, "render", begunAt, timings.renderedAt());
      tracing.step(current, "plan", timings.renderedAt(), timings.plannedAt());
      tracing.step(current, "write", timings.plannedAt(), timings.appliedAt());
    }
  }

  /** Ends the span of an attempt, if it has one. */
  void ended(Outcome outcome) {
    Tracing.Span ending = span;
    if (ending == null) {
      return;
    }
    span = null;
    switch (outcome) {
      case Outcome.Done _ -> {}
      case Outcome.RetryAfter retry -> fail(ending, retry.failure());
      case Outcome.Parked parked -> fail(ending, parked.failure());
    }
    ending.end();
  }

  private static void fail(Tracing.Span span, Failure failure) {
    span.tag("stage", failure.stage()).fail(failure.code().value(), failure.message());
  }

  /**
   * Returns whether the cluster may have been at this generation before: it was applied before in
   * this session, or it was written before the session began while the ledger is empty, so the
   * cluster is new or was wiped.
   */
  private boolean mayHaveBeenApplied(LogEntry entry, Ledger ledger) {
    boolean isAgain = Optional.of(entry.generation()).equals(applied);
    applied = Optional.of(entry.generation());
    return isAgain || (ledger.generation().isEmpty() && entry.writtenAt().isBefore(since));
  }

  /** Receives every target that was applied to the cluster. Must not block. */
  @FunctionalInterface
  public interface AppliedListener {

    /**
     * Called when a target was applied.
     *
     * @param begunAt when the attempt began
     * @param again whether the cluster had this target before, or may have, so that the time since
     *     the change means nothing
     */
    void applied(
        SyncEvent.Target target, Instant begunAt, ResultEvent.Timings timings, boolean again);
  }
}
