package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.name.ClusterName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {

  @Test
  void keepsItsRecordsAcrossARestart(@TempDir Path directory) throws Exception {
    Topics topics = Topics.DEFAULT;
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
      KafkaConnection connection = new KafkaConnection(broker.bootstrapServers(), topics, Map.of());
      try (Admin admin = Admin.create(connection.admin());
          KafkaProducer<String, byte[]> producer =
              new KafkaProducer<>(connection.producer("test"))) {
        new TopicProvisioner(admin, topics).provision(3);
        producer.send(new ProducerRecord<>(topics.changes(), 1, "k", new byte[] {7})).get();
      }
    }

    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
      KafkaConnection connection = new KafkaConnection(broker.bootstrapServers(), topics, Map.of());
      try (KafkaConsumer<String, byte[]> consumer =
          new UngroupedConsumer(connection.consumer("test"))) {
        TopicPartition partition = new TopicPartition(topics.changes(), 1);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        var records = consumer.poll(Duration.ofSeconds(10));
        assertThat(records).hasSize(1);
        assertThat(records.iterator().next().value()).containsExactly(7);
      }
    }
  }

  @Test
  void refusesAnotherNumberOfPartitions() {
    KafkaConnection connection = KafkaFixture.provisioned(4);
    try (Admin admin = Admin.create(connection.admin())) {
      TopicProvisioner provisioner = new TopicProvisioner(admin, connection.topics());
      provisioner.provision(4);
      assertThatThrownBy(() -> provisioner.provision(5)).hasMessageContaining("set homes=4");
    }
  }

  @Test
  void knowsOfEveryTopicThatWasProvisioned() {
    for (int round = 0; round < 50; round++) {
      KafkaConnection connection = KafkaFixture.provisioned(2);
      Topics topics = connection.topics();
      ClusterName cluster = new ClusterName("test");
      try (Admin admin = Admin.create(connection.admin());
          KafkaConsumer<String, byte[]> consumer =
              new UngroupedConsumer(connection.consumer("test"))) {
        new TopicProvisioner(admin, topics).provision(cluster);

        assertThat(consumer.partitionsFor(topics.sync(cluster)))
            .as("in round %d", round)
            .hasSize(1);
        assertThat(consumer.partitionsFor(topics.deadLetters())).hasSize(1);
        assertThat(consumer.partitionsFor(topics.results())).hasSize(2);
      }
    }
  }

  @Test
  void waitsForATopicThatTheBrokerLearnsOfLater() throws Exception {
    KafkaConnection connection = KafkaFixture.connect();
    try (Admin admin = Admin.create(connection.admin());
        KafkaConsumer<String, byte[]> consumer =
            new UngroupedConsumer(connection.consumer("test"))) {
      TopicProvisioner provisioner = new TopicProvisioner(admin, connection.topics());
      Thread later = Thread.ofVirtual().start(() -> provisioner.provision(3));

      assertThat(TopicPartitions.of(consumer, connection.topics().changes())).hasSize(3);
      later.join();
    }
  }
}
