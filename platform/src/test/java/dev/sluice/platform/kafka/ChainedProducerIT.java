package dev.sluice.platform.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.proof.ChainLink;
import dev.sluice.contract.proof.RecordDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ChainedProducerIT {

  private final KafkaConnection connection = KafkaFixture.provisioned(3);
  private final String topic = connection.topics().changes();

  @Test
  void eachRecordNamesTheOneBeforeItInItsPartition() throws Exception {
    try (ChainedProducer producer = new ChainedProducer(connection.producer("chained"))) {
      for (int i = 0; i < 60; i++) {
        producer.send(record("key-" + i % 7, "value " + i)).get();
      }
    }
    assertThat(assertChained()).hasSize(60);
  }

  @Test
  void partitionsAreThoseOfKafkasOwnPartitioner() throws Exception {
    Map<String, Integer> chosen = new HashMap<>();
    try (ChainedProducer chained = new ChainedProducer(connection.producer("chained"));
        KafkaProducer<String, byte[]> plain = new KafkaProducer<>(connection.producer("plain"))) {
      for (String key : List.of("github.com/acme/shop", "a", "", "ключ", "\uD83D\uDE00")) {
        chosen.put(key, plain.send(record(key, "plain")).get().partition());
        assertThat(chained.send(record(key, "chained")).get().partition())
            .isEqualTo(chosen.get(key));
      }
    }
    assertThat(chosen.values()).containsAnyOf(0, 1, 2);
  }

  @Test
  void anAbortedTransactionLeavesNoGap() throws Exception {
    try (ChainedProducer producer =
        new ChainedProducer(connection.transactionalProducer("chained"))) {
      producer.initTransactions();
      ProducerRecord<String, byte[]> again = record("key", "again");
      write(producer, record("key", "first"));
      producer.beginTransaction();
      var unused = List.of(producer.send(again), producer.send(record("other", "aborted")));
      producer.abortTransaction();
      write(producer, again, record("other", "committed"));
    }
    assertThat(assertChained()).containsExactlyInAnyOrder("first", "again", "committed");
  }

  @Test
  void aFailedRecordIsNamedByTheNext() throws Exception {
    Map<String, Object> properties = connection.producer("chained");
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2_000);
    try (ChainedProducer producer = new ChainedProducer(properties)) {
      producer.send(record("key", "first")).get();
      for (int i = 0; i < 2; i++) {
        Future<RecordMetadata> tooLarge = producer.send(record("key", "x".repeat(3_000)));
        assertThatThrownBy(tooLarge::get)
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(RecordTooLargeException.class);
      }
      producer.send(record("key", "next")).get();
      producer.send(record("key", "last")).get();
    }
    List<ChainLink> links =
        records().stream().map(record -> ChainLink.of(record.headers()).orElseThrow()).toList();
    assertThat(links).extracting(ChainLink::sequence).containsExactly(0L, 3L, 4L);
    assertThat(links.get(1).failed()).containsExactly(1L, 2L);
    assertThat(links.get(2).failed()).isEmpty();
  }

  @Test
  void anUnknownTopicIsAFailureOfTheSendOrOfTheTransaction() {
    String missing = connection.topics().prefix() + ".missing";
    Map<String, Object> properties = connection.producer("chained");
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 300);
    try (ChainedProducer producer = new ChainedProducer(properties)) {
      List<Exception> reported = new ArrayList<>();
      Future<RecordMetadata> sent =
          producer.send(
              new ProducerRecord<>(missing, "key", new byte[0]),
              (_, failure) -> reported.add(failure));
      assertThat(sent.state()).isEqualTo(Future.State.FAILED);
      assertThat(sent.exceptionNow()).isInstanceOf(TimeoutException.class);
      assertThat(reported).containsExactly((Exception) sent.exceptionNow());
    }
    Map<String, Object> transactional = connection.transactionalProducer("chained");
    transactional.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 3_000);
    try (ChainedProducer producer = new ChainedProducer(transactional)) {
      producer.initTransactions();
      producer.beginTransaction();
      assertThatThrownBy(() -> producer.send(new ProducerRecord<>(missing, "key", new byte[0])))
          .isInstanceOf(TimeoutException.class);
      producer.abortTransaction();
    }
  }

  @SafeVarargs
  private static void write(ChainedProducer producer, ProducerRecord<String, byte[]>... records) {
    producer.beginTransaction();
    for (ProducerRecord<String, byte[]> record : records) {
      var unused = producer.send(record); // a failure shows at the commit
    }
    producer.commitTransaction();
  }

  /** Checks the link of each record, and returns the values. */
  private List<String> assertChained() {
    Map<Integer, Long> next = new HashMap<>();
    Map<Integer, String> digests = new HashMap<>();
    List<String> values = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records()) {
      ChainLink link = ChainLink.of(record.headers()).orElseThrow();
      assertThat(link.sequence()).isEqualTo(next.getOrDefault(record.partition(), 0L));
      assertThat(link.previous()).isEqualTo(Optional.ofNullable(digests.get(record.partition())));
      assertThat(link.failed()).isEmpty();
      next.put(record.partition(), link.sequence() + 1);
      digests.put(
          record.partition(),
          RecordDigest.of(record.key(), record.value(), record.headers()).toString());
      values.add(new String(record.value(), UTF_8));
    }
    return values;
  }

  private List<ConsumerRecord<String, byte[]>> records() {
    return new TopicReader(connection).records(topic);
  }

  private ProducerRecord<String, byte[]> record(String key, String value) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, value.getBytes(UTF_8));
    IntStream.range(0, 3).forEach(i -> record.headers().add("h" + i, value.getBytes(UTF_8)));
    return record;
  }
}
