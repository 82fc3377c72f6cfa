package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Trace span of an evaluation: part of the newest trigger's trace, linked to the traces of the
 * others.
 */
final class EvaluationSpan {

  private final Tracing tracing;
  private final Tracing.Span span;
  private final Instant begunAt;

  private EvaluationSpan(Tracing tracing, Tracing.Span span, Instant begunAt) {
    this.tracing = tracing;
    this.span = span;
    this.begunAt = begunAt;
  }

  static EvaluationSpan begin(Tracing tracing, RefKey key, List<Trigger> triggers, Instant at) {
    TraceParent parent = triggers.getLast().cause().trace();
    Tracing.Span span =
        tracing
            .start(Tracing.Kind.CONSUMER, "decide", Optional.of(parent), at)
            .tag("repository", key.repository())
            .tag("ref", key.ref());
    triggers.stream()
        .map(trigger -> trigger.cause().trace())
        .filter(trace -> !trace.equals(parent))
        .forEach(span::link);
    return new EvaluationSpan(tracing, span, at);
  }

  TraceParent context() {
    return span.context();
  }

  /** Ends the span after all targets of this commit are written. */
  void decided(FindingBatch.Evaluated commit, int sent) {
    tracing.step(span, "fetch", begunAt, commit.fetchedAt());
    span.tag("commit", commit.commit()).tag("sent", sent).end();
  }

  /** Ends the span without a decision. */
  void ended(String why) {
    span.tag("outcome", why).end();
  }
}
