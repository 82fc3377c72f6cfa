package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
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

  /**
   * Returns all events of a type, in the order of each partition. Records that cannot be decoded
   * are omitted: they have dead letters of their own.
   */
  public <E extends Event> List<Received<E>> read(String topic, Class<E> type) {
    try (KafkaConsumer<String, byte[]> consumer =
        new UngroupedConsumer(connection.consumer("sluice-verify"))) {
      List<PartitionInfo> infos = consumer.partitionsFor(topic);
      if (infos == null || infos.isEmpty()) {
        return List.of();
      }
      List<TopicPartition> partitions =
          infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<Received<E>> events = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          add(record, type, events);
        }
      }
      return List.copyOf(events);
    }
  }

  private static <E extends Event> void add(
      ConsumerRecord<String, byte[]> record, Class<E> type, List<Received<E>> events) {
    if (EventCodec.decode(record) instanceof Decoded.Known(Envelope<?> envelope)
        && type.isInstance(envelope.event())) {
      events.add(
          new Received<>(
              new Envelope<>(
                  envelope.id(),
                  envelope.source(),
                  envelope.time(),
                  envelope.trace(),
                  type.cast(envelope.event())),
              record.partition(),
              record.offset()));
    }
  }
}
