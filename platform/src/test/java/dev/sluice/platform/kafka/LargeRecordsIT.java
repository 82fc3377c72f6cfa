package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.name.ClusterName;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LargeRecordsIT {

  private static final ClusterName CLUSTER = new ClusterName("staging");

  private final KafkaConnection connection = KafkaFixture.provisioned(1);
  private final String topic = connection.topics().sync(CLUSTER);

  @BeforeEach
  void provision() {
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics()).provision(CLUSTER);
    }
  }

  @Test
  void largeRecordsAreWrittenTogetherWithOthersAndReadOneAtATime() {
    byte[] largest = new byte[LargeRecords.MAX_BYTES];
    Arrays.fill(largest, (byte) 'x');
    byte[] other = new byte[8 * 1024 * 1024];

    write(List.of(other, largest, largest));

    try (UngroupedConsumer consumer =
        new UngroupedConsumer(connection.targetConsumer("large-records"))) {
      consumer.assign(List.of(new TopicPartition(topic, 0)), _ -> Optional.empty());
      for (byte[] expected : List.of(other, largest, largest)) {
        List<ConsumerRecord<String, byte[]>> polled = next(consumer);
        assertThat(polled).hasSize(1);
        assertThat(Arrays.equals(polled.getFirst().value(), expected)).isTrue();
      }
    }
  }

  @Test
  void theCompressedSizeIsTheOneThatTheBrokerChecks() {
    byte[] fits = random(22_200_000);
    byte[] tooLarge = random(22_420_000);
    int room = 64 * 1024;
    assertThat(LargeRecords.compressed(fits))
        .isBetween(KafkaConnection.MAX_RECORD_BYTES - 3 * room, KafkaConnection.MAX_RECORD_BYTES);
    assertThat(LargeRecords.compressed(tooLarge))
        .isBetween(KafkaConnection.MAX_RECORD_BYTES, KafkaConnection.MAX_RECORD_BYTES + 3 * room);

    write(List.of(fits));

    assertThatThrownBy(() -> write(List.of(tooLarge))).isInstanceOf(KafkaException.class);
  }

  private void write(List<byte[]> values) {
    try (ChainedProducer producer = new ChainedProducer(connection.targetProducer("large"))) {
      producer.initTransactions();
      producer.beginTransaction();
      for (byte[] value : values) {
        var unused = producer.send(new ProducerRecord<>(topic, "key", value));
      }
      producer.commitTransaction();
    }
  }

  private static List<ConsumerRecord<String, byte[]>> next(UngroupedConsumer consumer) {
    while (true) {
      var polled = consumer.poll(Duration.ofSeconds(1));
      if (!polled.isEmpty()) {
        return polled.records(consumer.assignment().iterator().next());
      }
    }
  }

  /** Returns Base64 of random bytes, which is compressed to three quarters. */
  private static byte[] random(int length) {
    byte[] random = new byte[length / 4 * 3];
    new Random(1).nextBytes(random);
    return Base64.getEncoder().encode(random);
  }
}
