package dev.sluice.receiver.http;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.receiver.authenticity.Authenticator.BodyCheck;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.metrics.ReceiverMetrics;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.payload.DeliveryId;
import dev.sluice.receiver.payload.IgnoredReason;
import dev.sluice.receiver.payload.Parsed;
import dev.sluice.receiver.payload.PayloadReader;
import dev.sluice.receiver.publish.ChangePublisher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Processing of a complete body: check of the signature, parse, publication to Kafka. */
final class DeliveryProcessing {

  private static final int MAX_INLINE_BYTES = 64 * 1024;

  private final Vertx vertx;
  private final ChangePublisher publisher;
  private final ReceiverMetrics metrics;
  private final Tracing tracing;
  private final Redeliveries redeliveries = new Redeliveries();

  DeliveryProcessing(
      Vertx vertx, ChangePublisher publisher, ReceiverMetrics metrics, Tracing tracing) {
    this.vertx = vertx;
    this.publisher = publisher;
    this.metrics = metrics;
    this.tracing = tracing;
  }

  /**
   * Processes a delivery that has to pass the check first. Digests and parsing of large bodies
   * would block an event loop too long, so they run on a worker thread; for ordinary bodies that
   * would cost more than it saves.
   */
  Future<Outcome> process(LiveEndpoint endpoint, BodyCheck check, Delivery delivery) {
    Endpoint configured = endpoint.endpoint();
    PayloadReader reader = endpoint.reader();
    return delivery.body().length <= MAX_INLINE_BYTES
        ? complete(judge(configured, reader, check, delivery))
        : vertx
            .executeBlocking(() -> judge(configured, reader, check, delivery), false)
            .compose(this::complete);
  }

  private Future<Outcome> complete(Judgement judgement) {
    return switch (judgement) {
      case Judgement.Final(Outcome outcome) -> Future.succeededFuture(outcome);
      case Judgement.Publishable publishable -> publish(publishable);
    };
  }

  private Judgement judge(
      Endpoint endpoint, PayloadReader reader, BodyCheck check, Delivery delivery) {
    if (!check.accepts(delivery.body())) {
      return new Judgement.Final(Outcome.Refused.UNAUTHENTICATED);
    }
    metrics.delivered(endpoint.name(), delivery.receivedAt());
    return switch (reader.read(delivery)) {
      case Parsed.Events(DeliveryId id, List<ChangeEvent> events) ->
          admitted(endpoint, delivery, id, events);
      case Parsed.Ignored(IgnoredReason reason) -> new Judgement.Final(new Outcome.Ignored(reason));
      case Parsed.Malformed(String reason) -> new Judgement.Final(new Outcome.Malformed(reason));
    };
  }

  private Judgement admitted(
      Endpoint endpoint, Delivery delivery, DeliveryId id, List<ChangeEvent> events) {
    List<ChangeEvent> admitted =
        events.stream()
            .filter(event -> endpoint.admission().admits(endpoint.address(), event))
            .toList();
    if (admitted.isEmpty()) {
      return new Judgement.Final(new Outcome.Ignored(IgnoredReason.NOT_LISTED));
    }
    Tracing.Span span =
        tracing
            .start(
                Tracing.Kind.SERVER,
                "webhook",
                delivery.headers().single("traceparent").flatMap(TraceParent::parse),
                delivery.receivedAt())
            .tag("endpoint", endpoint.name())
            .tag("delivery", id.value());
    return new Judgement.Publishable(
        id.fromForge()
            ? Optional.of(Redeliveries.Key.of(endpoint.name(), id, delivery.body()))
            : Optional.empty(),
        envelopes(delivery, id.value(), span.context(), admitted),
        span);
  }

  private static List<Envelope<ChangeEvent>> envelopes(
      Delivery delivery, String deliveryId, TraceParent trace, List<ChangeEvent> events) {
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

  private Future<Outcome> publish(Judgement.Publishable publishable) {
    return publishable
        .key()
        .map(key -> redeliveries.once(key, () -> publish(publishable.events())))
        .orElseGet(() -> publish(publishable.events()))
        .onSuccess(outcome -> end(publishable.span(), outcome));
  }

  private static void end(Tracing.Span span, Outcome outcome) {
    if (outcome instanceof Outcome.Unavailable unavailable) {
      span.fail("Unavailable", unavailable.reason());
    }
    span.end();
  }

  private Future<Outcome> publish(List<Envelope<ChangeEvent>> events) {
    return publisher
        .publish(events)
        .<Outcome>map(_ -> new Outcome.Accepted(events))
        .otherwise(failure -> new Outcome.Unavailable(reason(failure)));
  }

  private static String reason(Throwable failure) {
    return "no acknowledgement from the broker (%s)".formatted(failure.getMessage());
  }

  /** Decision that follows from the body alone. */
  private sealed interface Judgement {

    /** Final outcome; there is nothing to publish. */
    record Final(Outcome outcome) implements Judgement {}

    /**
     * Events to publish.
     *
     * @param key identifies redeliveries; empty if the delivery has no id from the forge
     * @param span span of the webhook, the parent of the events' traces
     */
    record Publishable(
        Optional<Redeliveries.Key> key, List<Envelope<ChangeEvent>> events, Tracing.Span span)
        implements Judgement {}
  }
}
