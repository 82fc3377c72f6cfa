package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An API with {@code --api-cdevents} publishes CDEvents to a topic of their own. */
class CdEventsTopicIT {

  private Scenario scenario;

  @Test
  void theTopicHasWhatTheVerbPrints(@TempDir Path directory) throws Exception {
    try (Scenario opened = Scenario.in(directory, PRODUCTION)) {
      scenario = opened;
      scenario.fleet().application("web", "web", scenario.namespace(), PRODUCTION);
      CommitId first = scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      CommitId second;
      try (OneProcess sluice = scenario.start()) {
        awaitApplied(sluice, first);
        second = scenario.push(sluice, Map.of("web/configmap.yaml", configMap("web", "two")));
        awaitApplied(sluice, second);
        assertThat(topics()).doesNotContain(scenario.kafka().topics().cdEvents());
      }

      scenario.setting("api-cdevents", "true");
      try (OneProcess sluice = scenario.start()) {
        assertPublished(sluice, 2);
        assertThat(
                CommandRun.of(sluice, "rollback", "web", "--to", first.value(), "--reason", "x")
                    .code())
            .isZero();
        assertPublished(sluice, 3);
      }

      try (OneProcess sluice = scenario.start()) {
        assertThat(CommandRun.of(sluice, "sync", "web", "--force", "--reason", "x").code())
            .isZero();
        assertPublished(sluice, 4);
        ConsumerRecord<String, byte[]> rollback = published().get(2);
        assertThat(rollback.key()).isEqualTo("production/web");
        assertThat(header(rollback, "ce_type")).isEqualTo("dev.cdevents.service.rolledback.0.3.0");
        assertThat(header(rollback, "ce_subject")).isEqualTo("web");
        assertThat(header(rollback, "ce_id"))
            .isEqualTo(json(rollback).at("/context/id").asText())
            .startsWith("applied/production/web/3/");
        PublishedContract contract = new PublishedContract();
        published().forEach(record -> contract.check("cdevents", record));
        assertThat(contract.violations()).isEmpty();
      }
    }
  }

  /** Awaits that the topic has exactly the CDEvents that the verb prints. */
  private void assertPublished(OneProcess sluice, int number) {
    patiently()
        .untilAsserted(
            () -> {
              List<JsonNode> printed =
                  CommandRun.of(sluice, "events", "--format", "cdevents")
                      .out()
                      .lines()
                      .map(line -> json(line.getBytes(UTF_8)))
                      .toList();
              assertThat(printed).hasSize(number);
              assertThat(published()).extracting(CdEventsTopicIT::json).isEqualTo(printed);
            });
  }

  private static void awaitApplied(OneProcess sluice, CommitId commit) {
    assertThat(CommandRun.of(sluice, "wait", "--for", "applied=" + commit, "web").code()).isZero();
  }

  private Set<String> topics() throws Exception {
    try (Admin admin = Admin.create(scenario.kafka().admin())) {
      return admin.listTopics().names().get();
    }
  }

  /** Returns the records of the topic so far. */
  private List<ConsumerRecord<String, byte[]>> published() {
    TopicPartition partition = new TopicPartition(scenario.kafka().topics().cdEvents(), 0);
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(scenario.kafka().consumer("test"))) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return new String(header.value(), UTF_8);
  }

  private static JsonNode json(ConsumerRecord<String, byte[]> record) {
    return json(record.value());
  }

  private static JsonNode json(byte[] text) {
    try {
      return Json.mapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
