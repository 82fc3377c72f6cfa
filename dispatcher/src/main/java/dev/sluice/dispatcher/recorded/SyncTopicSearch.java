package dev.sluice.dispatcher.recorded;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.process.LargePayloads;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Search for targets in the topic of a cluster, which is read once for all of them. What is found
 * is then read again one by one, since a few large targets may fill the memory.
 */
final class SyncTopicSearch {

  /**
   * Largest difference between the time of a record and the time at which its target was decided:
   * clocks differ, and a transaction may wait for the broker. What is not found within it is
   * searched in the whole topic.
   */
  private static final Duration TOLERANCE = Duration.ofMinutes(2);

  private static final Duration POLL = Duration.ofMillis(500);

  /** The time without a record after which the broker counts as unavailable. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final KafkaConnection connection;
  private final LargePayloads payloads;

  /**
   * Creates a search.
   *
   * @param payloads limits what the process has in memory
   */
  SyncTopicSearch(KafkaConnection connection, LargePayloads payloads) {
    this.connection = connection;
    this.payloads = payloads;
  }

  /** Receives what was found. */
  interface Receiver {

    /** Called with one event, and the room that it has in memory. */
    void found(WantedTarget wanted, SyncEvent event, LargePayloads.Room room);
  }

  /**
   * Passes on those of the wanted targets that the topic still has; removals, too.
   *
   * @throws KafkaException if the topic cannot be read
   * @throws InterruptedException if the thread is interrupted while it waits for room in memory
   */
  void find(ClusterName cluster, Collection<WantedTarget> wanted, Receiver receiver)
      throws InterruptedException {
    TopicPartition partition = new TopicPartition(connection.topics().sync(cluster), 0);
    Map<WantedTarget, Long> found = new HashMap<>();
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(connection.targetReader("dispatcher-recorded-" + cluster))) {
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      consumer.assign(List.of(partition), _ -> start(consumer, partition, wanted, end));
      long from = consumer.position(partition);
      read(consumer, partition, end, last(wanted), wanted, found);
      List<WantedTarget> missing = wanted.stream().filter(one -> !found.containsKey(one)).toList();
      if (!missing.isEmpty() && from > 0) {
        consumer.seekToBeginning(List.of(partition));
        read(consumer, partition, end, Instant.MAX, missing, found);
      }
      for (var each : found.entrySet()) {
        passOn(consumer, partition, each.getKey(), each.getValue(), receiver);
      }
    }
  }

  /** Reads a record again, and passes on its event; nothing if it was compacted away meanwhile. */
  private void passOn(
      UngroupedConsumer consumer,
      TopicPartition partition,
      WantedTarget wanted,
      long offset,
      Receiver receiver)
      throws InterruptedException {
    consumer.seek(partition, offset);
    long since = System.nanoTime();
    while (consumer.position(partition) <= offset) {
      List<ConsumerRecord<String, byte[]>> records = consumer.poll(POLL).records(partition);
      if (records.isEmpty()) {
        requireHeard(partition, since);
      }
      for (ConsumerRecord<String, byte[]> record : records) {
        if (record.offset() == offset) {
          LargePayloads.Room room = payloads.enter(record.serializedValueSize());
          if (EventCodec.decode(record) instanceof Decoded.Known known
              && known.envelope().event() instanceof SyncEvent event) {
            receiver.found(wanted, event, room);
          } else {
            room.close();
          }
        }
      }
    }
  }

  private static void requireHeard(TopicPartition partition, long since) {
    if (System.nanoTime() - since > PATIENCE.toNanos()) {
      throw new KafkaException(
          "%s has sent no record for %d s".formatted(partition.topic(), PATIENCE.toSeconds()));
    }
  }

  private static void read(
      UngroupedConsumer consumer,
      TopicPartition partition,
      long end,
      Instant last,
      Collection<WantedTarget> wanted,
      Map<WantedTarget, Long> found) {
    Map<String, List<WantedTarget>> open =
        wanted.stream().collect(Collectors.groupingBy(one -> one.application().value()));
    long heard = System.nanoTime();
    while (!open.isEmpty() && consumer.position(partition) < end) {
      List<ConsumerRecord<String, byte[]>> records = consumer.poll(POLL).records(partition);
      records.forEach(record -> match(record, open, found));
      if (!records.isEmpty()) {
        heard = System.nanoTime();
        if (Instant.ofEpochMilli(records.getLast().timestamp()).isAfter(last)) {
          return;
        }
      } else {
        requireHeard(partition, heard);
      }
    }
  }

  private static void match(
      ConsumerRecord<String, byte[]> record,
      Map<String, List<WantedTarget>> open,
      Map<WantedTarget, Long> found) {
    List<WantedTarget> named = open.getOrDefault(String.valueOf(record.key()), List.of());
    if (named.isEmpty()
        || !(EventCodec.decode(record) instanceof Decoded.Known known)
        || !(known.envelope().event() instanceof SyncEvent event)) {
      return;
    }
    for (WantedTarget one : named) {
      if (one.is(event) || one.hasInputs(event)) {
        found.put(one, record.offset());
      }
    }
    List<WantedTarget> left = named.stream().filter(one -> !one.is(event)).toList();
    if (left.isEmpty()) {
      open.remove(record.key());
    } else {
      open.put(record.key(), left);
    }
  }

  /** Returns the offset from which all wanted targets are; empty for the beginning. */
  private static Optional<Long> start(
      UngroupedConsumer consumer,
      TopicPartition partition,
      Collection<WantedTarget> wanted,
      long end) {
    if (wanted.stream().anyMatch(one -> one.sentAt().isEmpty())) {
      return Optional.empty();
    }
    Instant first =
        wanted.stream().flatMap(one -> one.sentAt().stream()).min(Instant::compareTo).orElseThrow();
    Map<TopicPartition, OffsetAndTimestamp> offsets =
        consumer.offsetsForTimes(
            Map.of(partition, Math.max(0, first.minus(TOLERANCE).toEpochMilli())));
    return Optional.of(
        Optional.ofNullable(offsets.get(partition)).map(OffsetAndTimestamp::offset).orElse(end));
  }

  /** Returns the time after which no record is about a wanted target. */
  private static Instant last(Collection<WantedTarget> wanted) {
    return wanted.stream()
        .map(one -> one.sentAt().map(at -> at.plus(TOLERANCE)).orElse(Instant.MAX))
        .max(Instant::compareTo)
        .orElseThrow();
  }
}
