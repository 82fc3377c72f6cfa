package dev.sluice.contract.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Generates the AsyncAPI 3 document of all topics, which needs no other file. */
final class AsyncApi {

  private static final String KAFKA_BINDING = "0.5.0";

  private static final String HEADERS =
      """
      cloudEvent:
        headers:
          type: object
          required:
            [ce_specversion, ce_id, ce_source, ce_type, ce_dataschema, ce_time, ce_subject,
             content-type, traceparent]
          properties:
            ce_specversion: {type: string, const: "1.0", description: The version of CloudEvents}
            ce_id: {type: string, description: No two different events of a topic have the same}
            ce_source: {type: string, description: "The part that wrote it, such as receiver/github"}
            ce_type: {type: string, description: The type of the event}
            ce_dataschema: {type: string, format: uri, description: The $id of the value's schema}
            ce_time:
              {type: string, format: date-time, description: "When it happened, by the writer's clock"}
            ce_subject: {type: string, description: The record's key}
            content-type: {type: string, const: application/json, description: The form of the value}
            traceparent: {type: string, description: Trace and preceding span (W3C trace context)}
            chain:
              type: string
              description: >-
                CHAIN/SEQUENCE/PREVIOUS: the link to the record that the same producer wrote before
                to this partition; absent in records of earlier versions
      deadLetter:
        headers:
          type: object
          description: >-
            Text values, as in Kafka's own dead-letter queues (KIP-1191); the type determines which
            headers are present.
          properties:
            __dlq.errors.topic: {type: string, description: Topic of the failed record}
            __dlq.errors.partition: {type: string, description: Its partition}
            __dlq.errors.offset: {type: string, description: "Its offset; -1 if unknown"}
            __dlq.errors.group: {type: string, description: "The reader, such as worker/CLUSTER"}
            __dlq.errors.delivery.count: {type: string, description: Number of attempts}
            __dlq.errors.message: {type: string, description: "The failure, possibly shortened"}
            sluice_entry: {type: string, description: Id of the dead letter}
            sluice_cluster: {type: string, description: "The cluster, if known"}
            sluice_application: {type: string, description: "The application, if known"}
            sluice_generation: {type: string, description: "Generation that failed, or closed the entry"}
            sluice_commit: {type: string, description: Commit of that generation}
            sluice_cause: {type: string, description: Code of the failure}
            sluice_stage: {type: string, description: The processing step that failed}
            sluice_object: {type: string, description: The object that failed}
            sluice_attempts: {type: string, description: Number of attempts}
            sluice_first_at: {type: string, format: date-time, description: First attempt}
            sluice_last_at: {type: string, format: date-time, description: Last attempt}
            sluice_reason: {type: string, description: "Why it was closed: SUCCEEDED, SUPERSEDED, \
              REMOVED or DISCARDED"}
      """;

  private AsyncApi() {}

  static String document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("asyncapi", "3.0.0");
    document.put(
        "info",
        ordered(
            "title",
            "Sluice",
            "version",
            "1",
            "description",
            "Sluice's events, as CloudEvents 1.0 in binary mode. Topic names begin with the prefix"
                + " of the installation, 'sluice' by default. Schemas are open: readers ignore"
                + " fields, values, variants and types that they do not know.",
            "license",
            Map.of("name", "Apache-2.0")));
    document.put("defaultContentType", "application/json");
    Map<String, Object> channels = new LinkedHashMap<>();
    Map<String, Object> operations = new LinkedHashMap<>();
    for (Channel channel : Channel.ALL) {
      channels.put(
          channel.title(),
          channel(channel, channel.types().stream().map(EventType::slug).toList()));
    }
    channels.put(
        CdEventsChannel.CHANNEL.title(),
        channel(CdEventsChannel.CHANNEL, CdEventsChannel.messages().keySet()));
    channels
        .keySet()
        .forEach(
            title ->
                operations.put(
                    "read-" + title,
                    ordered("action", "send", "channel", reference("#/channels/" + title))));
    document.put("channels", channels);
    document.put("operations", operations);
    document.put("components", components());
    return "# Written by AsyncApiTest from the event types.\n"
        + new Dump(
                DumpSettings.builder()
                    .setDefaultFlowStyle(FlowStyle.BLOCK)
                    .setDereferenceAliases(true)
                    .setWidth(120)
                    .setSplitLines(false)
                    .build())
            .dumpToString(document);
  }

  private static Map<String, Object> channel(Channel channel, Collection<String> names) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("address", channel.address());
    described.put("title", channel.address());
    described.put("description", channel.description());
    if (channel.address().contains("{")) {
      described.put("parameters", Map.of("cluster", Map.of("description", "name of the cluster")));
    }
    Map<String, Object> messages = new LinkedHashMap<>();
    names.forEach(name -> messages.put(name, reference("#/components/messages/" + name)));
    described.put("messages", messages);
    described.put(
        "bindings",
        Map.of(
            "kafka",
            ordered(
                "topicConfiguration",
                new TreeMap<>(channel.settings()),
                "bindingVersion",
                KAFKA_BINDING)));
    return described;
  }

  private static Map<String, Object> components() {
    Map<String, Object> messages = new LinkedHashMap<>();
    Map<String, Object> schemas = new TreeMap<>();
    for (Channel channel : Channel.ALL) {
      for (EventType type : channel.types()) {
        ObjectNode schema = EventSchemas.of(type);
        messages.put(type.slug(), message(type, channel, schema.get("description").asText()));
        schema
            .path("$defs")
            .properties()
            .forEach(inner -> add(inner.getKey(), inner.getValue(), schemas));
        schema.remove(List.of("$schema", "$id", "$defs"));
        add(EventSchemas.name(type), schema, schemas);
      }
    }
    messages.putAll(CdEventsChannel.messages());
    schemas.put("CdEvent", CdEventsChannel.schema());
    return ordered("messageTraits", traits(), "messages", messages, "schemas", schemas);
  }

  private static Map<Object, Object> traits() {
    Map<Object, Object> traits =
        new LinkedHashMap<>(
            (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(HEADERS));
    traits.put("cdEvent", CdEventsChannel.trait());
    return traits;
  }

  private static Map<String, Object> message(EventType type, Channel channel, String description) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("name", type.ceType());
    message.put("title", EventSchemas.name(type));
    message.put("summary", description);
    message.put(
        "headers",
        ordered(
            "type",
            "object",
            "properties",
            ordered(
                "ce_type",
                ordered("type", "string", "const", type.ceType()),
                "ce_dataschema",
                ordered("type", "string", "const", type.schemaId()))));
    message.put("payload", reference("#/components/schemas/" + EventSchemas.name(type)));
    List<Object> traits = new ArrayList<>();
    traits.add(reference("#/components/messageTraits/cloudEvent"));
    if (DeadLetterEvent.class.isAssignableFrom(type.eventClass())) {
      traits.add(reference("#/components/messageTraits/deadLetter"));
    }
    message.put("traits", traits);
    message.put("bindings", keyed(channel));
    return message;
  }

  /** Returns the bindings of a message, which say what its key is. */
  static Map<String, Object> keyed(Channel channel) {
    return Map.of(
        "kafka",
        ordered(
            "key",
            ordered("type", "string", "description", channel.key()),
            "bindingVersion",
            KAFKA_BINDING));
  }

  private static void add(String name, JsonNode schema, Map<String, Object> schemas) {
    String text = schema.toString().replace("\"#/$defs/", "\"#/components/schemas/");
    try {
      schemas.put(name, Json.mapper().readValue(text, Object.class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, Object> reference(String to) {
    return Map.of("$ref", to);
  }

  static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
