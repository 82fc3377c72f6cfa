package dev.sluice.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.TraceParent;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TracingTest {

  @Test
  void theTraceContinuesEvenWhenTracingIsOff() {
    TraceParent webhook = TraceParent.start();

    TraceParent next = start(Optional.of(webhook)).context();

    assertThat(next.traceId()).isEqualTo(webhook.traceId());
    assertThat(next.spanId()).isNotEqualTo(webhook.spanId());
    assertThat(next.flags()).isEqualTo(webhook.flags());
    assertThat(start(Optional.empty()).context().traceId()).isNotEqualTo(webhook.traceId());
  }

  @Test
  void theContextOfASpanStaysTheSame() {
    Tracing.Span span = start(Optional.empty());

    assertThat(span.tag("a", 1).link(TraceParent.start()).fail("Code", "why").context())
        .isEqualTo(span.context());
  }

  private static Tracing.Span start(Optional<TraceParent> parent) {
    return Tracing.OFF.start(Tracing.Kind.CONSUMER, "decide", parent, Instant.EPOCH);
  }
}
