package dev.sluice.receiver.http;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Envelope;
import dev.sluice.receiver.payload.IgnoredReason;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One request and its one answer, which is one line of the access log: neither bodies nor headers,
 * and nothing that an unauthenticated sender chose.
 */
final class Exchange {

  private static final Logger LOG = LoggerFactory.getLogger("dev.sluice.receiver.access");

  private final HttpServerRequest request;
  private final Optional<String> endpoint;
  private final long startedAt = System.nanoTime();

  /**
   * @param endpoint name of the endpoint, if there is such a one
   */
  Exchange(HttpServerRequest request, Optional<String> endpoint) {
    this.request = request;
    this.endpoint = endpoint;
  }

  void answer(Outcome outcome) {
    HttpServerResponse response = request.response();
    log(outcome);
    if (response.ended() || response.closed()) {
      return;
    }
    outcome.headers().forEach(response::putHeader);
    response
        .setStatusCode(outcome.status())
        .putHeader("Content-Type", "application/json")
        .end(outcome.body().toBuffer());
  }

  private void log(Outcome outcome) {
    LoggingEventBuilder line = outcome.status() >= 500 ? LOG.atWarn() : LOG.atInfo();
    line =
        line.addKeyValue("endpoint", endpoint.orElse("-"))
            .addKeyValue("status", outcome.status())
            .addKeyValue("bytes", request.bytesRead())
            .addKeyValue("micros", (System.nanoTime() - startedAt) / 1_000);
    switch (outcome) {
      case Outcome.Accepted accepted -> withEvents(line, accepted.events()).log("accepted");
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
