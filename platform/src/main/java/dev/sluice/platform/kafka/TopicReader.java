package dev.sluice.platform.kafka;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reader of whole topics, up to the offsets that are committed when it starts. */
public final class TopicReader {

  private final KafkaConnection connection;

  public TopicReader(KafkaConnection connection) {
    this.connection = connection;
  }

  /** Returns all records of a topic, in the order of each partition; none without the topic. */
  public List<ConsumerRecord<String, byte[]>> records(String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    read(topic, records::add);
    return List.copyOf(records);
  }

  private void read(String topic, Consumer<ConsumerRecord<String, byte[]>> handler) {
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(connection.targetReader("sluice-topic-reader"))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions, _ -> Optional.empty());
      consumer.readToEnd(handler);
    }
  }

  /**
   * Returns all events of a type, in the order of each partition. Records that cannot be decoded
   * are omitted: they have dead letters of their own.
   */
  public <E extends Event> List<Envelope<E>> events(String topic, Class<E> type) {
    List<Envelope<E>> events = new ArrayList<>();
    events(topic, type, events::add);
    return List.copyOf(events);
  }

  /** Passes on all events of a type, as {@link #events(String, Class)} returns them. */
  public <E extends Event> void events(String topic, Class<E> type, Consumer<Envelope<E>> handler) {
    read(
        topic,
        record -> {
          if (EventCodec.decode(record) instanceof Decoded.Known(Envelope<?> envelope)
              && type.isInstance(envelope.event())) {
            handler.accept(
                new Envelope<>(
                    envelope.id(),
                    envelope.source(),
                    envelope.time(),
                    envelope.trace(),
                    type.cast(envelope.event())));
          }
        });
  }
}
