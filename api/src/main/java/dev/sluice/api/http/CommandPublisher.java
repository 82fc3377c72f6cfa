package dev.sluice.api.http;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Publisher of commands. Each command goes to the partition that its repository's name hashes to.
 */
final class CommandPublisher implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ChainedProducer producer;
  private final Topics topics;
  private final Clock clock;

  CommandPublisher(KafkaConnection connection, Clock clock) {
    Map<String, Object> properties = connection.producer("sluice-api");
    int millis = Math.toIntExact(PATIENCE.toMillis());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    this.producer = new ChainedProducer(properties);
    this.topics = connection.topics();
    this.clock = clock;
  }

  /**
   * Publishes the commands and waits until the broker has acknowledged all of them.
   *
   * @throws Problem 503 if the broker does not acknowledge in time; some commands may have been
   *     written, and repeating the request with the same idempotency key is safe
   */
  void publish(Map<EventId, ChangeEvent> events) {
    publish(topics.changes(), events);
  }

  /** Publishes that operators have closed dead letters. */
  void close(Map<EventId, DeadLetterEvent.Closed> events) {
    publish(topics.deadLetters(), events);
  }

  /** Publishes that a request was refused, for the audit log. */
  void record(EventId id, AccessDenied denied) {
    publish(topics.results(), Map.of(id, denied));
  }

  /** Publishes a question to a cluster's worker. */
  void ask(EventId id, QuestionEvent question) {
    publish(topics.sync(question.cluster()), Map.of(id, question));
  }

  private void publish(String topic, Map<EventId, ? extends Event> events) {
    TraceParent trace = TraceParent.start();
    try {
      List<Future<?>> sent = new ArrayList<>();
      events.forEach(
          (id, event) ->
              sent.add(
                  producer.send(
                      EventCodec.encode(
                          topic, new Envelope<>(id, "api", clock.instant(), trace, event)))));
      for (Future<?> one : sent) {
        one.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw new Problem(
          503,
          "Kafka does not answer",
          "not every command was written: repeat the request with the same Idempotency-Key");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(
          503,
          "Stopping",
          "this process is stopping: repeat the request, or send it to another instance");
    }
  }

  @Override
  public void close() {
    producer.close(PATIENCE);
  }
}
