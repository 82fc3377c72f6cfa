package dev.sluice.receiver.publish;

import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaWriteStream;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Kafka producer of changes: acks=all, idempotent, with a timeout short enough to answer the
 * webhook.
 */
public final class ChangeProducer {

  private final KafkaWriteStream<String, byte[]> producer;
  private final Duration timeout;

  public ChangeProducer(Vertx vertx, KafkaConnection connection, Duration timeout) {
    Map<String, Object> properties = connection.producer("sluice-receiver");
    int millis = Math.toIntExact(timeout.toMillis());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    this.producer = KafkaWriteStream.create(vertx, new ChainedProducer(properties));
    // each failure is reported by its own future; without a handler it would be logged as unhandled
    // too
    producer.exceptionHandler(_ -> {});
    this.timeout = timeout;
  }

  /** Sends a record; succeeds once the broker has acknowledged it. */
  public Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
    return producer.send(record);
  }

  /** Closes the producer after waiting for acknowledgements. */
  public Future<Void> close() {
    return producer.close(timeout.toMillis());
  }
}
