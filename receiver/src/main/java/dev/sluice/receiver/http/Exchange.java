package dev.sluice.receiver.http;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.receiver.metrics.ReceiverMetrics;
import dev.sluice.receiver.metrics.ReceiverMetrics.Counter;
import dev.sluice.receiver.payload.IgnoredReason;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Request with its response; writes one line of the access log and updates the metrics. The line
 * contains neither bodies nor headers, and no value that an unauthenticated sender chose.
 */
final class Exchange {

  private static final Logger LOG = LoggerFactory.getLogger("dev.sluice.receiver.access");

  private final HttpServerRequest request;
  private final String endpoint;
  private final ReceiverMetrics metrics;
  private final long startedAt = System.nanoTime();

  /**
   * Starts an exchange.
   *
   * @param endpoint name of the endpoint, if it exists
   */
  Exchange(HttpServerRequest request, Optional<String> endpoint, ReceiverMetrics metrics) {
    this.request = request;
    this.endpoint = endpoint.orElse("-");
    this.metrics = metrics;
  }

  void answer(Outcome outcome) {
    HttpServerResponse response = request.response();
    log(outcome);
    count(outcome);
    if (response.ended() || response.closed()) {
      return;
    }
    outcome.headers().forEach(response::putHeader);
    response
        .setStatusCode(outcome.status())
        .putHeader("Content-Type", "application/json")
        .end(outcome.body().toBuffer());
  }

  private void count(Outcome outcome) {
    switch (outcome) {
      case Outcome.Accepted accepted -> {
        metrics.count(Counter.ACCEPTED, endpoint, 1);
        metrics.count(Counter.EVENTS, endpoint, accepted.events().size());
      }
      case Outcome.Redelivered _ -> metrics.count(Counter.REDELIVERED, endpoint, 1);
      case Outcome.Ignored(IgnoredReason reason) ->
          metrics.count(Counter.IGNORED, endpoint, label(reason));
      case Outcome.Malformed _ -> metrics.count(Counter.REFUSED, endpoint, "malformed");
      case Outcome.Unavailable _ -> metrics.count(Counter.REFUSED, endpoint, "unavailable");
      case Outcome.Refused refused -> metrics.count(Counter.REFUSED, endpoint, label(refused));
    }
  }

  private static String label(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void log(Outcome outcome) {
    LoggingEventBuilder line = outcome.status() >= 500 ? LOG.atWarn() : LOG.atInfo();
    line =
        line.addKeyValue("endpoint", endpoint)
            .addKeyValue("status", outcome.status())
            .addKeyValue("bytes", request.bytesRead())
            .addKeyValue("micros", (System.nanoTime() - startedAt) / 1_000);
    switch (outcome) {
      case Outcome.Accepted accepted -> withEvents(line, accepted.events()).log("accepted");
      case Outcome.Redelivered redelivered ->
          line.addKeyValue("eventId", redelivered.ids().getFirst()).log("redelivered");
      case Outcome.Ignored(IgnoredReason reason) ->
          line.addKeyValue("reason", reason.text()).log("ignored");
      case Outcome.Malformed(String reason) -> line.addKeyValue("reason", reason).log("malformed");
      case Outcome.Unavailable(String reason) ->
          line.addKeyValue("reason", reason).log("unavailable");
      case Outcome.Refused refused -> line.addKeyValue("reason", refused.error()).log("refused");
    }
  }

  private static LoggingEventBuilder withEvents(
      LoggingEventBuilder line, List<Envelope<ChangeEvent>> events) {
    LoggingEventBuilder extended =
        line.addKeyValue("repository", events.getFirst().event().repository());
    for (Envelope<ChangeEvent> event : events) {
      extended = extended.addKeyValue("eventId", event.id());
      if (event.event() instanceof ChangeEvent.RefChanged change) {
        extended = extended.addKeyValue("ref", change.ref());
        if (change.after().isPresent()) {
          extended = extended.addKeyValue("commit", change.after().get());
        }
      }
    }
    return extended;
  }
}
