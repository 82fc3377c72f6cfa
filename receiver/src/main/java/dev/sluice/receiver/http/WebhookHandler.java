package dev.sluice.receiver.http;

import dev.sluice.receiver.authenticity.Authenticator.BodyCheck;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.publish.ChangePublisher;
import dev.sluice.receiver.request.RequestHeaders;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /webhooks/<name>}, cheapest check first: endpoint, declared size, headers of the
 * signature, streamed size, signature, strict parse, Kafka. Answers 202 only after the broker has
 * acknowledged.
 */
final class WebhookHandler implements Handler<RoutingContext> {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookHandler.class);

  private final Vertx vertx;
  private final Map<String, LiveEndpoint> endpoints;
  private final Limits limits;
  private final Clock clock;
  private final BufferBudget budget;
  private final DeliveryProcessing processing;

  WebhookHandler(
      Vertx vertx,
      Map<String, LiveEndpoint> endpoints,
      Limits limits,
      ChangePublisher publisher,
      Clock clock) {
    this.vertx = vertx;
    this.endpoints = endpoints;
    this.limits = limits;
    this.clock = clock;
    this.budget = new BufferBudget(limits.maxBufferedBytes());
    this.processing = new DeliveryProcessing(vertx, publisher);
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    Optional<LiveEndpoint> endpoint = Optional.ofNullable(endpoints.get(context.pathParam("name")));
    Exchange exchange = new Exchange(request, endpoint.map(live -> live.endpoint().name()));
    outcome(request, endpoint)
        .onSuccess(exchange::answer)
        .onFailure(
            failure -> {
              LOG.atError().setCause(failure).log("a request failed");
              exchange.answer(Outcome.Refused.FAILED);
            });
  }

  private Future<Outcome> outcome(HttpServerRequest request, Optional<LiveEndpoint> endpoint) {
    if (endpoint.isEmpty()) {
      return Future.succeededFuture(Outcome.Refused.UNKNOWN);
    }
    if (!request.method().equals(HttpMethod.POST)) {
      return Future.succeededFuture(Outcome.Refused.METHOD);
    }
    if (declaresTooMuch(request)) {
      return Future.succeededFuture(Outcome.Refused.TOO_LARGE);
    }
    RequestHeaders headers = RequestHeaders.of(request.headers());
    Optional<BodyCheck> check = endpoint.get().authenticator().begin(headers);
    if (check.isEmpty()) {
      return Future.succeededFuture(Outcome.Refused.UNAUTHENTICATED);
    }
    return read(request, endpoint.get(), headers, check.get());
  }

  private Future<Outcome> read(
      HttpServerRequest request, LiveEndpoint endpoint, RequestHeaders headers, BodyCheck check) {
    BodyIntake intake = BodyIntake.begin(vertx, request, limits, budget);
    return intake
        .body()
        .compose(
            body ->
                switch (body) {
                  case BodyIntake.Body.Complete(byte[] bytes) ->
                      processing.process(endpoint, check, delivery(endpoint, headers, bytes));
                  case BodyIntake.Body.Refused(Outcome outcome) -> Future.succeededFuture(outcome);
                })
        .onComplete(_ -> intake.release());
  }

  private Delivery delivery(LiveEndpoint endpoint, RequestHeaders headers, byte[] body) {
    return new Delivery(
        endpoint.endpoint().name(), endpoint.endpoint().host(), headers, body, clock.instant());
  }

  private boolean declaresTooMuch(HttpServerRequest request) {
    String declared = request.getHeader("Content-Length");
    try {
      return declared != null && Long.parseLong(declared) > limits.maxBodyBytes();
    } catch (NumberFormatException e) {
      return true;
    }
  }
}
