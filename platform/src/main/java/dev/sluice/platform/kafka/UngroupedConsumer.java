package dev.sluice.platform.kafka;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * A consumer of assigned partitions that is not member of a group.
 *
 * <p>It closes immediately. A {@link KafkaConsumer} ends its fetch session in an orderly way: it
 * waits for the response to its last fetch, which at the end of a topic arrives only after {@code
 * fetch.max.wait.ms}. Brokers expire sessions on their own, and there is no group to leave.
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
