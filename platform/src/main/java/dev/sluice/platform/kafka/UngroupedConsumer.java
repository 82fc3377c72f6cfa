package dev.sluice.platform.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer of assigned partitions that is not member of a group.
 *
 * <p>It closes immediately. A {@link KafkaConsumer} ends its fetch session in an orderly way: it
 * waits for the response to its last fetch, which at the end of a topic arrives only after {@code
 * fetch.max.wait.ms}. Brokers expire sessions on their own, and there is no group to leave.
 */
public final class UngroupedConsumer extends KafkaConsumer<String, byte[]> {

  private static final CloseOptions AT_ONCE = CloseOptions.timeout(Duration.ZERO);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  public UngroupedConsumer(Map<String, Object> properties) {
    super(properties);
  }

  /** Assigns partitions and moves each to an offset, or to its beginning if it has none. */
  public void assign(
      Collection<TopicPartition> partitions, Function<TopicPartition, Optional<Long>> start) {
    assign(partitions);
    for (TopicPartition partition : partitions) {
      start
          .apply(partition)
          .ifPresentOrElse(
              offset -> seek(partition, offset), () -> seekToBeginning(List.of(partition)));
    }
  }

  /**
   * Reads the assigned partitions from their positions to the offsets that are their ends when the
   * method begins.
   *
   * @throws KafkaException if the broker does not answer, or if no position changes for half a
   *     minute, as happens if a topic was deleted or recreated in the meantime
   */
  public void readToEnd(Consumer<ConsumerRecord<String, byte[]>> handler) {
    readTo(endOffsets(assignment()), handler);
  }

  /**
   * Reads the assigned partitions from their positions to these offsets. In a partition with a
   * running transaction the end that a consumer of committed records sees is before that
   * transaction, and so before what others have committed since; to read that as well, give the
   * ends of {@link WrittenEnds}.
   *
   * @throws KafkaException as {@link #readToEnd}, also if a transaction does not end for so long
   */
  public void readTo(
      Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<String, byte[]>> handler) {
    List<TopicPartition> open = new ArrayList<>(ends.keySet());
    long last = -1;
    long since = System.nanoTime();
    while (true) {
      open.removeIf(partition -> position(partition) >= ends.get(partition));
      if (open.isEmpty()) {
        return;
      }
      long sum = open.stream().mapToLong(this::position).sum();
      if (sum != last) {
        last = sum;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > PATIENCE.toNanos()) {
        throw new KafkaException(
            "cannot read %s to its end: no record arrived for %d s; was the topic recreated?"
                .formatted(open, PATIENCE.toSeconds()));
      }
      poll(POLL).forEach(handler);
    }
  }

  @Override
  public void close() {
    close(AT_ONCE);
  }
}
