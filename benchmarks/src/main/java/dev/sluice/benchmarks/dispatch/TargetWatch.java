package dev.sluice.benchmarks.dispatch;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reader of the committed targets of all clusters, as workers read them. */
final class TargetWatch implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final UngroupedConsumer consumer;

  /** Waits until the dispatcher has created the topics. */
  TargetWatch(KafkaConnection kafka, List<ClusterName> clusters) {
    this.consumer = new UngroupedConsumer(kafka.targetReader("benchmark-targets"));
    List<TopicPartition> partitions = new ArrayList<>();
    for (ClusterName cluster : clusters) {
      String topic = kafka.topics().sync(cluster);
      while (consumer.partitionsFor(topic).isEmpty()) {
        Thread.onSpinWait();
      }
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions, _ -> Optional.empty());
  }

  /** Skips what was sent until now. */
  void skip() {
    consumer.readToEnd(_ -> {});
  }

  /** Waits for this many records, and returns them. */
  List<ConsumerRecord<String, byte[]>> await(int records, Duration limit) throws TimeoutException {
    List<ConsumerRecord<String, byte[]>> found = new ArrayList<>(records);
    long end = System.nanoTime() + limit.toNanos();
    while (found.size() < records) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(
            "%d of %d targets were sent in %s".formatted(found.size(), records, limit));
      }
      consumer.poll(POLL).forEach(found::add);
    }
    return found;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
