package dev.sluice.dispatcher.partition;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.dispatcher.decide.OutgoingRecord;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Kafka side of a partition: one transaction covers the written records and the finished offset.
 * Opening it fences the previous owner of the partition.
 */
final class PartitionLog implements AutoCloseable {

  private final KafkaConnection connection;
  private final int partition;
  private final ChainedProducer producer;
  private @Nullable ConsumerGroupMetadata group;

  private PartitionLog(KafkaConnection connection, int partition) {
    this.connection = connection;
    this.partition = partition;
    this.producer = new ChainedProducer(connection.targetProducer("home-" + partition));
  }

  /** Fences the previous owner and ends its open transaction. */
  static PartitionLog open(KafkaConnection connection, int partition) {
    PartitionLog log = new PartitionLog(connection, partition);
    try {
      log.producer.initTransactions();
      return log;
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /**
   * Replayed state and position of earlier sessions.
   *
   * @param next the offset of {@code changes} to continue from
   * @param damaged unreadable state records that no later record of the same key replaces
   */
  record Past(long next, List<DamagedStateException> damaged) {
    Past {
      damaged = List.copyOf(damaged);
    }
  }

  /**
   * Replays the partition's state. Must follow {@link #open}, which ensures that no transaction of
   * this partition is running.
   */
  Past read(Consumer<StateRecord> replay) {
    Map<String, Object> properties =
        new HashMap<>(connection.reader("home-" + partition + "-state"));
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, PartitionLoop.group(connection));
    try (UngroupedConsumer consumer = new UngroupedConsumer(properties)) {
      // without a subscription there is no member id and generation to check: the partition's own
      // transactional id fences
      group = consumer.groupMetadata();
      TopicPartition changes = new TopicPartition(connection.topics().changes(), partition);
      OffsetAndMetadata committed = consumer.committed(Set.of(changes)).get(changes);
      consumer.assign(
          List.of(changes)); // else the client warns about the offset that it is asked for
      long changesEnd = consumer.endOffsets(List.of(changes)).get(changes);
      TopicPartition state = new TopicPartition(connection.topics().state(), partition);
      consumer.assign(List.of(state), _ -> Optional.empty());
      Map<String, DamagedStateException> damaged = new HashMap<>();
      consumer.readToEnd(
          record -> {
            try {
              replay.accept(state(record));
              damaged.remove(record.key());
            } catch (DamagedStateException e) {
              damaged.put(record.key(), e);
            }
          });
      // without a committed offset, or with one beyond the end of a recreated topic, read from the
      // beginning
      boolean usable = committed != null && committed.offset() <= changesEnd;
      return new Past(usable ? committed.offset() : 0, List.copyOf(damaged.values()));
    }
  }

  /** Writes all records or none. After an exception the partition must be reopened. */
  void write(List<OutgoingRecord> records, OptionalLong offset) {
    producer.beginTransaction();
    for (OutgoingRecord record : records) {
      // a failure surfaces at the commit
      var unused = producer.send(record.record(connection.topics(), partition));
    }
    if (offset.isPresent()) {
      producer.sendOffsetsToTransaction(
          Map.of(
              new TopicPartition(connection.topics().changes(), partition),
              new OffsetAndMetadata(offset.getAsLong())),
          group);
    }
    producer.commitTransaction();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }

  private static StateRecord state(ConsumerRecord<String, byte[]> record) {
    return switch (EventCodec.decode(record)) {
      case Decoded.Known known when known.envelope().event() instanceof StateRecord state -> state;
      case Decoded.Known _ ->
          throw new DamagedStateException(record, "it is not an event of this topic");
      case Decoded.UnknownType unknown ->
          throw new IllegalStateException(
              "%s is of the unknown type %s: start a newer version"
                  .formatted(place(record), unknown.ceType()));
      case Decoded.Damaged damaged -> throw new DamagedStateException(record, damaged.reason());
    };
  }

  private static String place(ConsumerRecord<String, byte[]> record) {
    return "record %d of partition %d of %s"
        .formatted(record.offset(), record.partition(), record.topic());
  }
}
