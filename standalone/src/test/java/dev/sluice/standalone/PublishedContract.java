package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.PublishedSchemas;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.FileScalars;
import dev.sluice.contract.yaml.YamlTrees;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicReader;
import dev.sluice.platform.kafka.Topics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The AsyncAPI document as another program uses it: it knows nothing else about Sluice. A record is
 * valid if its topic has its type, and headers and value are those of the type.
 */
final class PublishedContract {

  private final JsonNode document;
  private final JsonSchemaFactory schemas =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7);
  private final Map<String, JsonSchema> compiled = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final List<String> violations = new ArrayList<>();

  PublishedContract() {
    String text = PublishedSchemas.read("asyncapi.yaml").orElseThrow();
    this.document =
        new YamlTrees(text, new FileScalars(), Allowance.ofFile()).next().orElseThrow().content();
  }

  /**
   * Returns what is not as the document says in the topics of an installation. Records that tests
   * damaged are left out.
   */
  static List<String> violations(KafkaConnection kafka, Collection<ClusterName> clusters) {
    PublishedContract contract = new PublishedContract();
    Topics topics = kafka.topics();
    Map<String, String> channels = new HashMap<>();
    channels.put("changes", topics.changes());
    channels.put("results", topics.results());
    channels.put("deadLetters", topics.deadLetters());
    channels.put("state", topics.state());
    channels.put("heartbeats", topics.heartbeats());
    channels.put("checkpoints", topics.checkpoints());
    channels.forEach((channel, topic) -> contract.check(kafka, channel, topic));
    clusters.forEach(cluster -> contract.check(kafka, "sync", topics.sync(cluster)));
    if (!contract.seen.contains("dev.sluice.applied.v1")) {
      contract.violations.add("no applied was checked, only " + contract.seen);
    }
    return contract.violations;
  }

  private void check(KafkaConnection kafka, String channel, String topic) {
    for (ConsumerRecord<String, byte[]> record : new TopicReader(kafka).records(topic)) {
      if (EventCodec.decode(record) instanceof Decoded.Known) {
        check(channel, record);
      }
    }
  }

  /** Checks a record of a channel. */
  void check(String channel, ConsumerRecord<String, byte[]> record) {
    ObjectNode headers = Json.mapper().createObjectNode();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), UTF_8));
    }
    String type = headers.path("ce_type").asText();
    String message =
        type.replaceAll("^dev\\.(sluice|cdevents)\\.|\\.v1$|(\\.\\d+){3}$", "").replace('.', '-');
    seen.add(type);
    if (!document.at("/channels/" + channel + "/messages").has(message)) {
      violations.add("%s has no %s".formatted(channel, type));
      return;
    }
    validate(type, "/components/messages/" + message + "/headers", headers);
    for (JsonNode trait : document.at("/components/messages/" + message + "/traits")) {
      validate(type, trait.get("$ref").asText().substring(1) + "/headers", headers);
    }
    try {
      validate(
          type,
          document.at("/components/messages/" + message + "/payload/$ref").asText().substring(1),
          Json.mapper().readTree(record.value()));
    } catch (IOException e) {
      violations.add(type + " is no JSON: " + e.getMessage());
    }
  }

  /** Returns what was found. */
  List<String> violations() {
    return violations;
  }

  private void validate(String type, String pointer, JsonNode value) {
    compiled
        .computeIfAbsent(
            pointer,
            _ -> {
              ObjectNode schema = Json.mapper().createObjectNode().put("$ref", "#" + pointer);
              schema.set("components", document.get("components"));
              return schemas.getSchema(schema);
            })
        .validate(value)
        .forEach(problem -> violations.add("%s: %s".formatted(type, problem)));
  }
}
