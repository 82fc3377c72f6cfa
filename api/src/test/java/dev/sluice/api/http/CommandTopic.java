package dev.sluice.api.http;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.CommandAnswered;
import dev.sluice.contract.event.ChangeEvent.CommandGiven;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads what the API has written to the topic. */
final class CommandTopic {

  private CommandTopic() {}

  /** Returns the commands and answers of the topic. */
  static List<ChangeEvent> read(KafkaConnection connection) {
    List<ChangeEvent> events = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new UngroupedConsumer(connection.consumer("test"))) {
      List<TopicPartition> partitions =
          List.of(
              new TopicPartition(connection.topics().changes(), 0),
              new TopicPartition(connection.topics().changes(), 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(
                record -> {
                  if (EventCodec.decode(record) instanceof Decoded.Known known
                      && (known.envelope().event() instanceof CommandGiven
                          || known.envelope().event() instanceof CommandAnswered)) {
                    events.add((ChangeEvent) known.envelope().event());
                  }
                });
      }
    }
    return events;
  }
}
