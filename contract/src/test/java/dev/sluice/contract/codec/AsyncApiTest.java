package dev.sluice.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * docs/asyncapi.yaml has every event type in its topic, with its schema. Run with {@code
 * -Dsluice.write-docs=true} to write it.
 */
class AsyncApiTest {

  private static final Path DOCUMENT = Path.of("../docs/asyncapi.yaml");
  private static final Path SCHEMAS = Path.of("src/main/resources/schemas/events");

  private record Channel(
      String name, String address, String description, Class<? extends Event> events) {

    List<EventType> types() {
      return Arrays.stream(EventType.values())
          .filter(
              type ->
                  events.isAssignableFrom(type.eventClass())
                      || (events == SyncEvent.class
                          && (SourcesEvent.class.isAssignableFrom(type.eventClass())
                              || SuspensionEvent.class.isAssignableFrom(type.eventClass())
                              || QuestionEvent.class.isAssignableFrom(type.eventClass()))))
          .toList();
    }
  }

  private static final List<Channel> CHANNELS =
      List.of(
          new Channel(
              "changes",
              "sluice.changes",
              "Events for the dispatcher; keyed by repository.",
              ChangeEvent.class),
          new Channel(
              "sync",
              "sluice.sync.{cluster}",
              "The desired state of each application in a cluster; compacted, keyed by application.",
              SyncEvent.class),
          new Channel(
              "results",
              "sluice.results",
              "Outcomes of targets, the audit log; keyed by cluster and application.",
              ResultEvent.class),
          new Channel(
              "deadLetters",
              "sluice.dead-letters",
              "The lifecycle of dead letters; keyed by cluster and application.",
              DeadLetterEvent.class),
          new Channel(
              "state",
              "sluice.state",
              "Internal state of the dispatcher's partitions, compacted; not a public interface.",
              StateRecord.class),
          new Channel(
              "heartbeats",
              "sluice.heartbeats",
              "Reports of the running parts, compacted; keyed by part and instance.",
              Heartbeat.class));

  @Test
  void theDocumentIsUpToDate() throws IOException {
    String generated = generate();
    if (Boolean.getBoolean("sluice.write-docs")) {
      Files.writeString(DOCUMENT, generated);
    }
    assertThat(DOCUMENT).hasContent(generated);
  }

  @Test
  void everyTypeHasOneTopicAndASchema() {
    for (EventType type : EventType.values()) {
      assertThat(CHANNELS.stream().filter(channel -> channel.types().contains(type)))
          .as(type.slug())
          .hasSize(1);
      assertThat(SCHEMAS.resolve(type.schemaFile())).exists();
    }
  }

  private static String generate() {
    StringBuilder text =
        new StringBuilder(
            """
            # Written by AsyncApiTest from the event types.
            asyncapi: 3.0.0
            info:
              title: Sluice
              version: "1"
              description: Sluice's events, as CloudEvents 1.0 in binary mode. Topic names begin with the prefix of the installation.
              license: {name: Apache-2.0}
            defaultContentType: application/json
            channels:
            """);
    for (Channel channel : CHANNELS) {
      text.append("  %s:%n".formatted(channel.name()));
      text.append("    address: \"%s\"%n".formatted(channel.address()));
      text.append("    description: %s%n".formatted(channel.description()));
      if (channel.address().contains("{")) {
        text.append("    parameters:\n      cluster: {description: name of the cluster}\n");
      }
      text.append("    messages:\n");
      channel
          .types()
          .forEach(
              type ->
                  text.append(
                      "      %s: {$ref: \"#/components/messages/%1$s\"}%n".formatted(type.slug())));
    }
    text.append("operations:\n");
    for (Channel channel : CHANNELS) {
      text.append(
          "  read-%s: {action: send, channel: {$ref: \"#/channels/%s\"}}%n"
              .formatted(channel.name(), channel.name()));
    }
    text.append(
        """
        components:
          messageTraits:
            cloudEvent:
              headers:
                type: object
                required: [ce_specversion, ce_id, ce_source, ce_type, ce_time, ce_subject, traceparent]
                properties:
                  ce_specversion: {const: "1.0"}
                  ce_id: {type: string}
                  ce_source: {type: string}
                  ce_type: {type: string}
                  ce_time: {type: string, format: date-time}
                  ce_subject: {type: string}
                  traceparent: {type: string}
            deadLetter:
              headers:
                type: object
                description: Text values, as in Kafka's own dead-letter queues (KIP-1191); the type determines which headers are present.
                properties:
                  __dlq.errors.topic: {type: string}
                  __dlq.errors.partition: {type: string}
                  __dlq.errors.offset: {type: string}
                  __dlq.errors.group: {type: string}
                  __dlq.errors.delivery.count: {type: string}
                  __dlq.errors.message: {type: string}
                  sluice_entry: {type: string}
                  sluice_cluster: {type: string}
                  sluice_application: {type: string}
                  sluice_generation: {type: string}
                  sluice_commit: {type: string}
                  sluice_cause: {type: string}
                  sluice_stage: {type: string}
                  sluice_object: {type: string}
                  sluice_attempts: {type: string}
                  sluice_first_at: {type: string, format: date-time}
                  sluice_last_at: {type: string, format: date-time}
                  sluice_reason: {type: string}
          messages:
        """);
    for (EventType type : EventType.values()) {
      text.append("    %s:%n".formatted(type.slug()));
      text.append("      name: %s%n".formatted(type.ceType()));
      text.append(
          "      traits: [%s]%n"
              .formatted(
                  DeadLetterEvent.class.isAssignableFrom(type.eventClass())
                      ? trait("cloudEvent") + ", " + trait("deadLetter")
                      : trait("cloudEvent")));
      text.append(
          "      payload: {$ref: \"../contract/src/main/resources/schemas/events/%s\"}%n"
              .formatted(type.schemaFile()));
    }
    return text.toString();
  }

  private static String trait(String name) {
    return "{$ref: \"#/components/messageTraits/%s\"}".formatted(name);
  }
}
