package dev.sluice.dispatcher.recorded;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
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

/** Search for targets in the topic of a cluster, which is read once for all of them. */
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

  SyncTopicSearch(KafkaConnection connection) {
    this.connection = connection;
  }

  /**
   * Returns those of the wanted targets that the topic still has; removals, too.
   *
   * @throws KafkaException if the topic cannot be read
   */
  Map<WantedTarget, SyncEvent> find(ClusterName cluster, Collection<WantedTarget> wanted) {
    TopicPartition partition = new TopicPartition(connection.topics().sync(cluster), 0);
    Map<WantedTarget, SyncEvent> found = new HashMap<>();
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(connection.consumer("dispatcher-recorded-" + cluster))) {
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      consumer.assign(List.of(partition), _ -> start(consumer, partition, wanted, end));
      long from = consumer.position(partition);
      read(consumer, partition, end, last(wanted), wanted, found);
      List<WantedTarget> missing = wanted.stream().filter(one -> !found.containsKey(one)).toList();
      if (!missing.isEmpty() && from > 0) {
        consumer.seekToBeginning(List.of(partition));
        read(consumer, partition, end, Instant.MAX, missing, found);
      }
    }
    return found;
  }

  private static void read(
      UngroupedConsumer consumer,
      TopicPartition partition,
      long end,
      Instant last,
      Collection<WantedTarget> wanted,
      Map<WantedTarget, SyncEvent> found) {
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
      } else if (System.nanoTime() - heard > PATIENCE.toNanos()) {
        throw new KafkaException(
            "%s has sent no record for %d s".formatted(partition.topic(), PATIENCE.toSeconds()));
      }
    }
  }

  private static void match(
      ConsumerRecord<String, byte[]> record,
      Map<String, List<WantedTarget>> open,
      Map<WantedTarget, SyncEvent> found) {
    List<WantedTarget> named = open.getOrDefault(String.valueOf(record.key()), List.of());
    if (named.isEmpty()
        || !(EventCodec.decode(record) instanceof Decoded.Known known)
        || !(known.envelope().event() instanceof SyncEvent event)) {
      return;
    }
    for (WantedTarget one : named) {
      if (one.is(event) || one.hasInputs(event)) {
        found.put(one, event);
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
