package dev.sluice.platform.kafka;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * A consumer of partitions that it is told, without membership in a group.
 *
 * <p>It closes at once. A {@link KafkaConsumer} waits for the broker's answer to its last fetch,
 * which at the end of a topic comes only after {@code fetch.max.wait.ms}, to end its fetch session
 * in an orderly way; a group would have to be told as well. The broker lets go of sessions by
 * itself.
 */
public final class UngroupedConsumer extends KafkaConsumer<String, byte[]> {

  private static final CloseOptions AT_ONCE = CloseOptions.timeout(Duration.ZERO);

  public UngroupedConsumer(Map<String, Object> properties) {
    super(properties);
  }

  @Override
  public void close() {
    close(AT_ONCE);
  }
}
