package dev.sluice.api.cdevents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishers that follow each other, as when the API is restarted. */
class CdEventPublisherIT {

  @TempDir private Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;
  private ReadModel model;

  @BeforeEach
  void start() {
    connection = KafkaFixture.provisioned(1);
    topics = new TopicWriter(connection);
    model = ReadModel.open(directory, connection, Clock.systemUTC());
  }

  @AfterEach
  void end() {
    model.close();
    topics.close();
  }

  @Test
  void aPublisherContinuesAndLooksUpWhatTheOneBeforeHasRead() throws Exception {
    topics.defined("web", "east").dispatched("web", "east", 1, 1).merged(1, 7).flush();
    try (CdEventPublisher first = publisher()) {
      awaitPublished(1);
      assertThat(first.unreadyReason()).isEmpty();
    }

    topics.applied("web", "east", 1, 1).flush();
    try (CdEventPublisher _ = publisher()) {
      JsonNode applied = awaitPublished(2).getLast();
      assertThat(applied.at("/context/type").asText()).contains(".service.");
      assertThat(applied.at("/customData/repository").asText())
          .isEqualTo(TopicWriter.REPOSITORY.value());
    }
  }

  @Test
  void aPublisherWaitsForWhatTheReadModelHasNotReadYet() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    try {
      try (CdEventPublisher _ = publisher()) {
        topics.defined("web", "east").merged(1, 7).flush();
        awaitPublished(1);
        TopicPartition changes = new TopicPartition(connection.topics().changes(), 0);
        await().atMost(Duration.ofSeconds(60)).until(() -> model.hasRead(changes, 0));
        model.listen(
            (_, _) -> {
              stopped.countDown();
              awaitLatch(goesOn);
            });
        topics.merged(2, 8).flush();
        awaitPublished(2);
        assertThat(stopped.await(60, SECONDS)).isTrue();
        topics.dispatched("web", "east", 1, 1).applied("web", "east", 1, 1).flush();
        awaitPublished(3);
      }
      topics.applied("web", "east", 1, 1).flush();
      try (CdEventPublisher second = publisher()) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> second.unreadyReason().orElse("").contains("read model"));
        assertThat(published()).hasSize(3);

        goesOn.countDown();

        assertThat(awaitPublished(4).getLast().at("/customData/repository").asText())
            .isEqualTo(TopicWriter.REPOSITORY.value());
        await().until(() -> second.unreadyReason().isEmpty());
      }
    } finally {
      goesOn.countDown();
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRecordThatCannotBeReadIsSkipped() throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection.producer("test"))) {
      producer
          .send(new ProducerRecord<>(connection.topics().results(), "x", "{".getBytes(UTF_8)))
          .get();
    }
    topics.defined("web", "east").merged(1, 7).flush();
    try (CdEventPublisher _ = publisher()) {
      assertThat(awaitPublished(1).getFirst().at("/subject/id").asText()).isEqualTo("7");
    }
  }

  private CdEventPublisher publisher() {
    CdEventPublisher publisher = new CdEventPublisher(connection, model, Clock.systemUTC());
    publisher.start();
    return publisher;
  }

  private List<JsonNode> awaitPublished(int number) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(this::published, events -> events.size() == number);
  }

  private List<JsonNode> published() throws IOException {
    TopicPartition partition = new TopicPartition(connection.topics().cdEvents(), 0);
    List<JsonNode> events = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(connection.consumer("test"))) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          events.add(Json.mapper().readTree(record.value()));
        }
      }
    }
    return events;
  }
}
