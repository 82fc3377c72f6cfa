package dev.sluice.receiver.publish;

import dev.sluice.platform.kafka.KafkaConnection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaWriteStream;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** The producer of changes: acks=all, idempotent, and it gives up in time for an answer. */
public final class ChangeProducer {

  private final KafkaWriteStream<String, byte[]> producer;
  private final Duration timeout;

  public ChangeProducer(Vertx vertx, KafkaConnection connection, Duration timeout) {
    Map<String, Object> properties = connection.producer("sluice-receiver");
    int millis = Math.toIntExact(timeout.toMillis());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    this.producer = KafkaWriteStream.create(vertx, properties);
    // each failure is told by its own future; without a handler it would be logged as unhandled too
    producer.exceptionHandler(_ -> {});
    this.timeout = timeout;
  }

  /** Succeeds once the broker has acknowledged the record. */
  public Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
    return producer.send(record);
  }

  /** Gives what was sent its time to be acknowledged. */
  public Future<Void> close() {
    return producer.close(timeout.toMillis());
  }
}
