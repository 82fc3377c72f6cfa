package dev.sluice.receiver.http;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.receiver.authenticity.Authenticator.BodyCheck;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.payload.DeliveryId;
import dev.sluice.receiver.payload.IgnoredReason;
import dev.sluice.receiver.payload.Parsed;
import dev.sluice.receiver.publish.ChangePublisher;
import dev.sluice.receiver.request.RequestHeaders;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** From a complete body to its outcome: signature, parse, Kafka. */
final class DeliveryProcessing {

  private final Vertx vertx;
  private final ChangePublisher publisher;

  DeliveryProcessing(Vertx vertx, ChangePublisher publisher) {
    this.vertx = vertx;
    this.publisher = publisher;
  }

  /**
   * The outcome of a delivery that has to pass the check first. Digests and parsing run on a worker
   * thread: 26 MB take longer than an event loop may.
   */
  Future<Outcome> process(LiveEndpoint endpoint, BodyCheck check, Delivery delivery) {
    return vertx
        .executeBlocking(() -> judge(endpoint, check, delivery), false)
        .compose(
            outcome ->
                outcome instanceof Outcome.Accepted accepted
                    ? publish(accepted)
                    : Future.succeededFuture(outcome));
  }

  private static Outcome judge(LiveEndpoint endpoint, BodyCheck check, Delivery delivery) {
    if (!check.accepts(delivery.body())) {
      return Outcome.Refused.UNAUTHENTICATED;
    }
    return switch (endpoint.reader().read(delivery)) {
      case Parsed.Events(DeliveryId id, List<ChangeEvent> events) ->
          new Outcome.Accepted(envelopes(delivery, id.value(), events));
      case Parsed.Ignored(IgnoredReason reason) -> new Outcome.Ignored(reason);
      case Parsed.Malformed(String reason) -> new Outcome.Malformed(reason);
    };
  }

  private static List<Envelope<ChangeEvent>> envelopes(
      Delivery delivery, String deliveryId, List<ChangeEvent> events) {
    RequestHeaders headers = delivery.headers();
    TraceParent trace =
        headers
            .single("traceparent")
            .flatMap(TraceParent::parse)
            .map(TraceParent::child)
            .orElseGet(TraceParent::start);
    Instant time = delivery.receivedAt();
    List<Envelope<ChangeEvent>> envelopes = new ArrayList<>();
    for (int index = 0; index < events.size(); index++) {
      envelopes.add(
          new Envelope<>(
              EventId.of(delivery.endpoint(), deliveryId, index),
              "receiver/" + delivery.endpoint(),
              time,
              trace,
              events.get(index)));
    }
    return List.copyOf(envelopes);
  }

  private Future<Outcome> publish(Outcome.Accepted accepted) {
    return publisher
        .publish(accepted.events())
        .<Outcome>map(accepted)
        .otherwise(failure -> new Outcome.Unavailable(reason(failure)));
  }

  private static String reason(Throwable failure) {
    return "no acknowledgement from the broker (%s)".formatted(failure.getMessage());
  }
}
