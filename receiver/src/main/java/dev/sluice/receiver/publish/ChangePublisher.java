package dev.sluice.receiver.publish;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.receiver.metrics.ReceiverMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Publisher of change events. Events that were not acknowledged in time may still arrive; a second
 * delivery is harmless, since the ids are derived.
 */
public final class ChangePublisher {

  private static final int MAX_IN_FLIGHT = 1_000;

  private final Vertx vertx;
  private final ChangeProducer producer;
  private final String topic;
  private final Duration timeout;
  private final ReceiverMetrics metrics;
  private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);

  public ChangePublisher(
      Vertx vertx, KafkaConnection connection, Duration timeout, ReceiverMetrics metrics) {
    this.vertx = vertx;
    this.producer = new ChangeProducer(vertx, connection, timeout);
    this.topic = connection.topics().changes();
    this.timeout = timeout;
    this.metrics = metrics;
  }

  /**
   * Publishes events; succeeds once the broker has acknowledged all of them. Fails if it has not in
   * time, or if too many deliveries already wait.
   */
  public Future<Void> publish(List<Envelope<ChangeEvent>> envelopes) {
    if (!inFlight.tryAcquire()) {
      return Future.failedFuture("too many deliveries wait for the broker");
    }
    long startedAt = System.nanoTime();
    List<Future<RecordMetadata>> sent =
        envelopes.stream()
            .map(envelope -> producer.send(EventCodec.encode(topic, envelope)))
            .toList();
    Promise<Void> published = Promise.promise();
    // a joined future belongs to no event loop; its own timeout would run on another thread
    long deadline =
        vertx.setTimer(
            timeout.toMillis(),
            _ -> published.tryFail("none within %d ms".formatted(timeout.toMillis())));
    Future.join(sent)
        .onComplete(
            result -> {
              inFlight.release();
              vertx.cancelTimer(deadline);
              if (result.succeeded()) {
                metrics.published(Duration.ofNanos(System.nanoTime() - startedAt));
                published.tryComplete();
              } else {
                published.tryFail(result.cause());
              }
            });
    return published.future();
  }

  /** Closes the producer after waiting for acknowledgements. */
  public Future<Void> close() {
    return producer.close();
  }
}
