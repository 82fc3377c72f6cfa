package dev.sluice.receiver.http;

import dev.sluice.platform.process.FatalErrors;
import dev.sluice.receiver.authenticity.Authenticator.BodyCheck;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.metrics.ReceiverMetrics;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.request.RequestHeaders;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handler of {@code POST /webhooks/<name>}. It runs the cheapest check first: source, endpoint,
 * declared size, signature headers, streamed size, signature, strict parse, Kafka. It answers 202
 * only after the broker has acknowledged.
 */
final class WebhookHandler implements Handler<HttpServerRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookHandler.class);

  private static final String PATH = "/webhooks/";

  private final Map<String, LiveEndpoint> endpoints;
  private final CostGate gate;
  private final BodyIntake intake;
  private final DeliveryProcessing processing;
  private final ReceiverMetrics metrics;
  private final Clock clock;

  WebhookHandler(
      Map<String, LiveEndpoint> endpoints,
      CostGate gate,
      BodyIntake intake,
      DeliveryProcessing processing,
      ReceiverMetrics metrics,
      Clock clock) {
    this.endpoints = endpoints;
    this.gate = gate;
    this.intake = intake;
    this.processing = processing;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Optional<LiveEndpoint> endpoint = endpoint(request.path());
    Exchange exchange =
        new Exchange(request, endpoint.map(live -> live.endpoint().name()), metrics);
    Future.<Void>succeededFuture()
        .compose(_ -> outcome(request, endpoint))
        .otherwise(
            failure -> {
              FatalErrors.check(failure);
              LOG.atError().setCause(failure).log("a request failed");
              return Outcome.Refused.FAILED;
            })
        .onSuccess(
            outcome -> {
              gate.ended(request, endpoint.map(LiveEndpoint::endpoint), outcome);
              exchange.answer(outcome);
            });
  }

  private Optional<LiveEndpoint> endpoint(@Nullable String path) {
    return path != null && path.startsWith(PATH)
        ? Optional.ofNullable(endpoints.get(path.substring(PATH.length())))
        : Optional.empty();
  }

  private Future<Outcome> outcome(HttpServerRequest request, Optional<LiveEndpoint> endpoint) {
    Optional<Outcome.Refused> refusal = gate.refusal(request, endpoint.map(LiveEndpoint::endpoint));
    if (refusal.isPresent()) {
      return Future.succeededFuture(refusal.get());
    }
    RequestHeaders headers = RequestHeaders.of(request.headers());
    LiveEndpoint live = endpoint.orElseThrow();
    return live.authenticator()
        .begin(headers)
        .map(check -> read(request, live, headers, check))
        .orElseGet(() -> Future.succeededFuture(Outcome.Refused.UNAUTHENTICATED));
  }

  private Future<Outcome> read(
      HttpServerRequest request, LiveEndpoint endpoint, RequestHeaders headers, BodyCheck check) {
    BodyIntake.Reading reading = intake.begin(request, gate.maxBodyBytes(endpoint.endpoint()));
    return reading
        .body()
        .compose(
            body ->
                switch (body) {
                  case BodyIntake.Body.Complete(byte[] bytes) ->
                      processing.process(endpoint, check, delivery(endpoint, headers, bytes));
                  case BodyIntake.Body.Refused(Outcome outcome) -> Future.succeededFuture(outcome);
                })
        .onComplete(_ -> reading.release());
  }

  private Delivery delivery(LiveEndpoint endpoint, RequestHeaders headers, byte[] body) {
    return new Delivery(
        endpoint.endpoint().name(), endpoint.endpoint().address(), headers, body, clock.instant());
  }
}
