package dev.sluice.worker;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** All results that were ever reported, read from the topics. */
final class Results implements AutoCloseable {

  private final KafkaConsumer<String, byte[]> consumer;
  private final List<Event> seen = new ArrayList<>();
  private final List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();

  Results(KafkaConnection kafka) {
    this.consumer = new UngroupedConsumer(kafka.consumer("test-results"));
    List<TopicPartition> partitions =
        List.of(kafka.topics().results(), kafka.topics().deadLetters()).stream()
            .flatMap(topic -> TopicPartitions.of(consumer, topic).stream())
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Returns all events of this type so far, in the order they were written. */
  synchronized <E extends Event> List<E> all(Class<E> type) {
    boolean more = true;
    while (more) {
      more = false;
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(50))) {
        more = true;
        records.add(record);
        if (EventCodec.decode(record) instanceof Decoded.Known known) {
          seen.add(known.envelope().event());
        } else {
          throw new IllegalStateException("a record of " + record.topic() + " cannot be read");
        }
      }
    }
    return seen.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Returns the records. */
  synchronized List<ConsumerRecord<String, byte[]>> records() {
    var _ = all(Event.class);
    return List.copyOf(records);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
