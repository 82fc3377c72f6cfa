package dev.sluice.api.http;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicReader;
import java.util.List;

/** Reads what the API has written to the topic. */
final class CommandTopic {

  private CommandTopic() {}

  /** Returns the commands and answers of the topic. */
  static List<ChangeEvent> read(KafkaConnection connection) {
    return new TopicReader(connection)
        .events(connection.topics().changes(), ChangeEvent.class).stream()
            .map(Envelope::event)
            .filter(
                event ->
                    event instanceof CommandEvent.Given || event instanceof CommandEvent.Answered)
            .toList();
  }
}
