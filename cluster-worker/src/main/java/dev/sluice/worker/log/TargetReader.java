package dev.sluice.worker.log;

import dev.sluice.contract.event.Decoded;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.kafka.UngroupedConsumer;
import dev.sluice.contract.name.ClusterName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads single records of a cluster's sync topic again, for one lane at a time. */
public final class TargetReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final KafkaConsumer<String, byte[]> consumer;
  private final TopicPartition partition;
  private final ReentrantLock lock = new ReentrantLock();
  private long next = -1;

  public TargetReader(KafkaConnection kafka, ClusterName cluster) {
    Map<String, Object> properties = kafka.consumer("worker-targets-" + cluster);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    this.consumer = new UngroupedConsumer(properties);
    this.partition = new TopicPartition(kafka.topics().sync(cluster), 0);
    consumer.assign(List.of(partition));
  }

  /**
   * The record that was at this offset; empty if it is gone, which means that a newer one took its
   * place and will be read by whoever follows the topic, or that the topic is another one now.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException if the broker does not answer
   */
  public Optional<SyncEvent> read(LogEntry entry) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      // records that are asked for in their order need no seek, and so no new fetch
      if (next != entry.offset()) {
        consumer.seek(partition, entry.offset());
      }
      next = -1;
      for (ConsumerRecord<String, byte[]> record : consumer.poll(PATIENCE)) {
        next = record.offset() + 1;
        boolean same = record.offset() == entry.offset();
        return same
                && EventCodec.decode(record) instanceof Decoded.Known known
                && known.envelope().event() instanceof SyncEvent event
                && Subject.of(event).equals(entry.subject())
            ? Optional.of(event)
            : Optional.empty();
      }
      throw new org.apache.kafka.common.errors.TimeoutException(
          "no answer about offset %d of %s".formatted(entry.offset(), partition.topic()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    boolean interrupted = Thread.interrupted(); // a consumer that is interrupted does not close
    lock.lock();
    try {
      consumer.close();
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
