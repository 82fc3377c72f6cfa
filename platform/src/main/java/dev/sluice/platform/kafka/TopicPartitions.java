package dev.sluice.platform.kafka;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the partitions of topics.
 *
 * <p>A broker learns of a new topic a moment after the controller has created it; until then it
 * reports no partitions. A consumer that relied on this would read nothing, ever.
 */
public final class TopicPartitions {

  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(15);
  private static final Duration RETRY_DELAY = Duration.ofMillis(10);

  private TopicPartitions() {}

  /**
   * Returns all partitions of a topic; waits until the broker knows of them.
   *
   * @throws IllegalStateException if it does not within 15 seconds
   */
  public static List<TopicPartition> of(Consumer<?, ?> consumer, String topic) {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (true) {
      List<PartitionInfo> infos = consumer.partitionsFor(topic);
      if (!infos.isEmpty()) {
        return infos.stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
      }
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException(
            "the broker knows no topic %s: the dispatcher creates it at its start"
                .formatted(topic));
      }
      LockSupport.parkNanos(RETRY_DELAY.toNanos());
    }
  }
}
