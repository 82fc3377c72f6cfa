package dev.sluice.platform.telemetry;

import dev.sluice.contract.event.TraceParent;
import java.time.Instant;
import java.util.Optional;

/**
 * Spans of the way from webhook to cluster. Events carry the context from part to part, whether or
 * not anyone records spans.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C: Trace Context</a>
 */
public interface Tracing {

  /** Records nothing, and only hands contexts on. */
  Tracing OFF = new Untraced();

  /** What a span is in relation to others. */
  enum Kind {
    /** It answers a request. */
    SERVER,
    /** It deals with an event. */
    CONSUMER
  }

  /**
   * Begins a span.
   *
   * @param parent what it follows from; empty if it is the first of its trace
   * @param at when what it is about began, which may have been a while ago
   */
  Span start(Kind kind, String name, Optional<TraceParent> parent, Instant at);

  /** Records what is over already as a part of a span. */
  void step(Span within, String name, Instant from, Instant to);

  /** Something that takes its time; of any thread. It is recorded once it has ended. */
  interface Span {

    /** What events that follow from it carry. */
    TraceParent context();

    Span tag(String name, Object value);

    /** It follows from this, too. */
    Span link(TraceParent other);

    /** It did not go. */
    Span fail(String code, String message);

    void end();
  }
}
