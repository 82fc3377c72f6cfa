package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.dispatcher.decide.EvaluationPart;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The span of answering hints: in the trace of the newest, and linked to those of the others. */
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

  /** All that follows from this commit is written. */
  void decided(EvaluationPart.Seen seen, int sent) {
    tracing.step(span, "fetch", begunAt, seen.fetchedAt());
    span.tag("commit", seen.commit()).tag("sent", sent).end();
  }

  /** It ends with nothing decided. */
  void ended(String why) {
    span.tag("outcome", why).end();
  }
}
