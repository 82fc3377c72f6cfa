package dev.sluice.worker.sync;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
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
public final class SyncRecordReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * The size of an answer, unless the first record is larger. Most reads are of a single record, so
   * what follows it in an answer is not used.
   */
  private static final int FETCHED_BYTES = 64 * 1024;

  private final KafkaConsumer<String, byte[]> consumer;
  private final TopicPartition partition;
  private final ReentrantLock lock = new ReentrantLock();
  private long next = -1;

  public SyncRecordReader(KafkaConnection kafka, ClusterName cluster) {
    Map<String, Object> properties = kafka.targetReader("worker-targets-" + cluster);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCHED_BYTES);
    this.consumer = new UngroupedConsumer(properties);
    this.partition = new TopicPartition(kafka.topics().sync(cluster), 0);
    consumer.assign(List.of(partition));
  }

  /**
   * Reads the record at this entry's offset; returns empty if it no longer exists, because a newer
   * record of the application follows, or because the topic was recreated.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException if the broker does not answer
   */
  public Optional<SyncEvent> read(LogEntry entry) throws InterruptedException {
    return event(entry.offset())
        .filter(SyncEvent.class::isInstance)
        .map(SyncEvent.class::cast)
        .filter(event -> Subject.of(event).equals(entry.subject()));
  }

  /**
   * Returns the objects that an application may have according to a record; empty if the record no
   * longer exists.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException if the broker does not answer
   */
  public Optional<PossibleObjects> possible(LogRecord entry) throws InterruptedException {
    return switch (entry) {
      case LogEntry target -> read(target).map(PossibleObjects::of);
      case RefusedSources sources ->
          event(sources.offset())
              .filter(SourcesEvent.Refused.class::isInstance)
              .map(SourcesEvent.Refused.class::cast)
              .filter(event -> event.application().equals(sources.application()))
              .map(SourcesEvent.Refused::possible);
    };
  }

  private Optional<Event> event(long offset) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      // records that are requested in order need no seek, and so no new fetch
      if (next != offset) {
        consumer.seek(partition, offset);
      }
      next = -1;
      for (ConsumerRecord<String, byte[]> record : consumer.poll(PATIENCE)) {
        next = record.offset() + 1;
        return record.offset() == offset && EventCodec.decode(record) instanceof Decoded.Known known
            ? Optional.of(known.envelope().event())
            : Optional.empty();
      }
      throw new org.apache.kafka.common.errors.TimeoutException(
          "no answer about offset %d of %s".formatted(offset, partition.topic()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    boolean interrupted = Thread.interrupted(); // an interrupted consumer does not close
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
