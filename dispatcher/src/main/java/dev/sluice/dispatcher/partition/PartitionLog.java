package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.Decoded;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.dispatcher.decide.OutgoingRecord;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.ReadProgress;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A home's hold on Kafka: one transaction covers the records it writes and the offset it has
 * finished. Opening it fences whoever held the home before.
 */
final class PartitionLog implements AutoCloseable {

  private final KafkaConnection connection;
  private final int partition;
  private final KafkaProducer<String, byte[]> producer;
  private @Nullable ConsumerGroupMetadata group;

  private PartitionLog(KafkaConnection connection, int partition) {
    this.connection = connection;
    this.partition = partition;
    this.producer = new KafkaProducer<>(connection.transactionalProducer("home-" + partition));
  }

  /** Fences, and ends what a predecessor left open. */
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
   * What is left of earlier sessions.
   *
   * @param next the offset of {@code changes} to go on from
   * @param damaged what the home knew of something and cannot be read, where it wrote nothing of it
   *     since
   */
  record Past(long next, List<DamagedStateException> damaged) {
    Past {
      damaged = List.copyOf(damaged);
    }
  }

  /**
   * Replays the home's state. Right only after {@link #open}: no transaction of this home is under
   * way then.
   */
  Past read(Consumer<StateRecord> replay) {
    Map<String, Object> properties =
        new HashMap<>(connection.consumer("home-" + partition + "-state"));
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, PartitionLoop.group(connection));
    try (KafkaConsumer<String, byte[]> consumer = new UngroupedConsumer(properties)) {
      // of a consumer without subscription, so without member and generation: those need not be
      // checked, since the transactional id is the home's own and fences
      group = consumer.groupMetadata();
      TopicPartition changes = new TopicPartition(connection.topics().changes(), partition);
      OffsetAndMetadata committed = consumer.committed(Set.of(changes)).get(changes);
      consumer.assign(List.of(changes));
      long changesEnd = consumer.endOffsets(List.of(changes)).get(changes);
      TopicPartition state = new TopicPartition(connection.topics().state(), partition);
      consumer.assign(List.of(state));
      consumer.seekToBeginning(List.of(state));
      long end = consumer.endOffsets(List.of(state)).get(state);
      Map<String, DamagedStateException> damaged = new HashMap<>();
      ReadProgress progress = new ReadProgress(state.toString());
      while (consumer.position(state) < end) {
        progress.at(consumer.position(state));
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          try {
            replay.accept(state(record));
            damaged.remove(record.key());
          } catch (DamagedStateException e) {
            damaged.put(record.key(), e);
          }
        }
      }
      // where nothing was committed yet, or the topic is another one that is shorter, what is kept
      // of the topic is read from its beginning
      boolean usable = committed != null && committed.offset() <= changesEnd;
      return new Past(usable ? committed.offset() : 0, List.copyOf(damaged.values()));
    }
  }

  /** Writes it all or nothing. After an exception this home must be opened anew. */
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
