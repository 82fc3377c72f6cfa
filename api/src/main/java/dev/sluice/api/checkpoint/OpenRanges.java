package dev.sluice.api.checkpoint;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.proof.SignedText;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The open ranges of the partitions that a member of the group has. */
final class OpenRanges implements ConsumerRebalanceListener {

  private final KafkaConsumer<String, byte[]> consumer;
  private final KafkaConnection connection;
  private final Map<TopicPartition, OpenRange> ranges = new HashMap<>();

  OpenRanges(KafkaConsumer<String, byte[]> consumer, KafkaConnection connection) {
    this.consumer = consumer;
    this.connection = connection;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        new HashMap<>(consumer.committed(new HashSet<>(partitions)));
    committed.values().removeIf(offset -> offset == null);
    if (!committed.keySet().containsAll(partitions)) {
      Map<TopicPartition, OffsetAndMetadata> begun = begin(partitions, committed.keySet());
      // so that only a new partition, or offsets that have expired, need the checkpoints again
      consumer.commitSync(begun);
      committed.putAll(begun);
    }
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata end = committed.get(partition);
      ranges.put(
          partition,
          new OpenRange(
              partition,
              end.offset(),
              Optional.of(end.metadata()).filter(text -> !text.isEmpty())));
    }
  }

  /** Returns where to begin in partitions without a committed offset. */
  private Map<TopicPartition, OffsetAndMetadata> begin(
      Collection<TopicPartition> partitions, Set<TopicPartition> committed) {
    Map<TopicPartition, OffsetAndMetadata> last = lastCheckpoints();
    Map<TopicPartition, OffsetAndMetadata> begun = new HashMap<>();
    for (TopicPartition partition : partitions) {
      if (!committed.contains(partition)) {
        OffsetAndMetadata start =
            Optional.ofNullable(last.get(partition))
                .orElseGet(() -> new OffsetAndMetadata(consumer.position(partition), ""));
        begun.put(partition, start);
        consumer.seek(partition, start.offset());
      }
    }
    return begun;
  }

  /** Returns the end of the last checkpoint of each partition, with its digest. */
  private Map<TopicPartition, OffsetAndMetadata> lastCheckpoints() {
    Map<TopicPartition, OffsetAndMetadata> last = new HashMap<>();
    try (UngroupedConsumer reader = new UngroupedConsumer(connection.reader("checkpoints-last"))) {
      reader.assign(
          List.of(new TopicPartition(connection.topics().checkpoints(), 0)), _ -> Optional.empty());
      reader.readToEnd(
          record -> {
            if (EventCodec.decode(record) instanceof Decoded.Known(Envelope<?> envelope)
                && envelope.event() instanceof Checkpoint checkpoint) {
              last.put(
                  new TopicPartition(checkpoint.topic(), checkpoint.partition()),
                  new OffsetAndMetadata(checkpoint.until(), SignedText.digest(checkpoint)));
            }
          });
    }
    return last;
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    partitions.forEach(ranges::remove);
  }

  void add(ConsumerRecord<String, byte[]> record, Instant now) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    OpenRange range = ranges.get(partition);
    if (range == null) {
      return; // taken away while the records were read
    }
    if (record.offset() < range.next()) {
      // the topic was deleted and created again
      range = new OpenRange(partition, record.offset(), range.previous());
      ranges.put(partition, range);
    }
    range.add(record, now);
  }

  /** Returns when the oldest record that is in no checkpoint was read; empty if all are in one. */
  Optional<Instant> oldest() {
    return all().stream().map(OpenRange::since).min(Instant::compareTo);
  }

  /** Returns the ranges with a record that was read before a time, or with many records. */
  List<OpenRange> due(Instant before, int many) {
    return all().stream()
        .filter(range -> !range.since().isAfter(before) || range.records() >= many)
        .toList();
  }

  /** Returns the ranges with records. */
  List<OpenRange> all() {
    return ranges.values().stream().filter(range -> range.records() > 0).toList();
  }
}
