package dev.sluice.platform.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TopicReaderIT {

  private final KafkaConnection connection = KafkaFixture.provisioned(2);
  private final String topic = connection.topics().changes();

  @Test
  void readsAllCommittedRecordsAndDoesNotWaitForAnOpenTransaction() {
    assertThat(new TopicReader(connection).records(topic)).isEmpty();
    try (KafkaProducer<String, byte[]> producer = producer("committed");
        KafkaProducer<String, byte[]> other = producer("open")) {
      write(producer, 0, "a", "b");
      write(producer, 1, "c");
      commit(producer, 2L, 3L);
      // the end of both partitions is now the marker of a transaction, which no poll returns
      assertThat(values(new TopicReader(connection).records(topic)))
          .containsExactlyInAnyOrder("a", "b", "c")
          .containsSubsequence("a", "b");

      write(other, 0, "d");
      other.flush();
      assertThat(values(new TopicReader(connection).records(topic)))
          .containsExactlyInAnyOrder("a", "b", "c");
      other.commitTransaction();
      await()
          .untilAsserted(
              () ->
                  assertThat(values(new TopicReader(connection).records(topic)))
                      .containsExactlyInAnyOrder("a", "b", "c", "d"));
    }
  }

  @Test
  void aConsumerStartsAtItsOffsetsAndAtTheBeginningOfOtherPartitions() {
    try (KafkaProducer<String, byte[]> producer = producer("committed");
        UngroupedConsumer consumer = new UngroupedConsumer(connection.consumer("reader"))) {
      write(producer, 0, "a", "b");
      write(producer, 1, "c");
      commit(producer, 2L, 3L);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();

      consumer.assign(
          TopicPartitions.of(consumer, topic),
          partition -> partition.partition() == 0 ? Optional.of(1L) : Optional.empty());
      consumer.readToEnd(records::add);

      assertThat(values(records)).containsExactlyInAnyOrder("b", "c");
      assertThat(consumer.position(new TopicPartition(topic, 0)))
          .as("after the marker")
          .isEqualTo(3);
    }
  }

  /** A consumer that follows a topic waits for up to 3 s each time. */
  @Test
  void aReaderGoesFromTheEndToAnotherOffsetAtOnce() {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaProducer<String, byte[]> producer = producer("committed");
        UngroupedConsumer reader = new UngroupedConsumer(connection.targetReader("reader"))) {
      write(producer, 0, "a", "b", "c", "d", "e", "f");
      commit(producer, 7L, 0L);
      reader.assign(List.of(partition), _ -> Optional.empty());
      reader.readToEnd(_ -> {});

      assertTimeout(
          Duration.ofSeconds(3),
          () -> {
            for (long offset = 5; offset >= 0; offset--) {
              List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
              reader.seek(partition, offset);
              reader.readToEnd(records::add);
              assertThat(records).hasSize((int) (6 - offset));
            }
          });
    }
  }

  @Test
  void aTopicThatDoesNotExistHasNoRecords() {
    assertThat(new TopicReader(connection).records("no-such-topic")).isEmpty();
  }

  private KafkaProducer<String, byte[]> producer(String id) {
    KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection.transactionalProducer(id));
    producer.initTransactions();
    producer.beginTransaction();
    return producer;
  }

  /** Commits, and waits until the partitions have the marker, which is written afterwards. */
  private void commit(KafkaProducer<String, byte[]> producer, Long... ends) {
    producer.commitTransaction();
    try (UngroupedConsumer consumer = new UngroupedConsumer(connection.consumer("ends"))) {
      await()
          .until(
              () -> Set.copyOf(consumer.endOffsets(TopicPartitions.of(consumer, topic)).values()),
              Set.of(ends)::equals);
    }
  }

  private void write(KafkaProducer<String, byte[]> producer, int partition, String... values) {
    for (String value : values) {
      var unused =
          producer.send(new ProducerRecord<>(topic, partition, "key", value.getBytes(UTF_8)));
    }
  }

  private static List<String> values(List<ConsumerRecord<String, byte[]>> records) {
    return records.stream().map(record -> new String(record.value(), UTF_8)).toList();
  }
}
