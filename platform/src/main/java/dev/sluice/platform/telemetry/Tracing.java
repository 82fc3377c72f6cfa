package dev.sluice.platform.telemetry;

import dev.sluice.contract.event.TraceParent;
import java.time.Instant;
import java.util.Optional;

/**
 * Creates spans for the processing from webhook to cluster. Events carry the trace context between
 * components even if no spans are recorded.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C: Trace Context</a>
 */
public interface Tracing {

  /** Records nothing and only propagates contexts. */
  Tracing OFF = new Untraced();

  /** The role of a span. */
  enum Kind {
    /** Handles a request. */
    SERVER,
    /** Processes an event. */
    CONSUMER
  }

  /**
   * Starts a span.
   *
   * @param parent the parent's context; empty for the first span of a trace
   * @param at the start time, which may be in the past
   */
  Span start(Kind kind, String name, Optional<TraceParent> parent, Instant at);

  /** Records a finished step within a span. */
  void step(Span within, String name, Instant from, Instant to);

  /** A span. It may be used by any thread and is recorded when it has ended. */
  interface Span {

    /** Returns the context for events that this span causes. */
    TraceParent context();

    Span tag(String name, Object value);

    /** Adds a link to a further cause. */
    Span link(TraceParent other);

    /** Marks the span as failed. */
    Span fail(String code, String message);

    void end();
  }
}
