package dev.sluice.platform.kafka;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reader of whole topics, up to the offsets that are committed when it starts. */
public final class TopicReader {

  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConnection connection;

  public TopicReader(KafkaConnection connection) {
    this.connection = connection;
  }

  /** Returns all records of a topic, in the order of each partition; none without the topic. */
  public List<ConsumerRecord<String, byte[]>> records(String topic) {
    try (KafkaConsumer<String, byte[]> consumer =
        new UngroupedConsumer(connection.consumer("sluice-topic-reader"))) {
      List<PartitionInfo> infos = consumer.partitionsFor(topic);
      if (infos == null || infos.isEmpty()) {
        return List.of();
      }
      List<TopicPartition> partitions =
          infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(POLL).forEach(records::add);
      }
      return List.copyOf(records);
    }
  }

  /**
   * Returns all events of a type, in the order of each partition. Records that cannot be decoded
   * are omitted: they have dead letters of their own.
   */
  public <E extends Event> List<Envelope<E>> events(String topic, Class<E> type) {
    List<Envelope<E>> events = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records(topic)) {
      if (EventCodec.decode(record) instanceof Decoded.Known(Envelope<?> envelope)
          && type.isInstance(envelope.event())) {
        events.add(
            new Envelope<>(
                envelope.id(),
                envelope.source(),
                envelope.time(),
                envelope.trace(),
                type.cast(envelope.event())));
      }
    }
    return List.copyOf(events);
  }
}
