package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.codec.PublishedSchemas;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.FileScalars;
import dev.sluice.contract.yaml.YamlTrees;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Topics with the default settings, and topics that were changed or created with others. */
class TopicProvisionerIT {

  private static final ClusterName CLUSTER = new ClusterName("test");

  private final KafkaConnection connection = KafkaFixture.provisioned(2);
  private final Topics topics = connection.topics();

  @Test
  void oneBrokerHasOneReplicaWithoutWarnings() throws Exception {
    try (Admin admin = Admin.create(connection.admin())) {
      TopicProvisioner provisioner = new TopicProvisioner(admin, topics);
      provisioner.provision(CLUSTER);

      assertThat(copies(admin, topics.changes())).isEqualTo(1);
      assertThat(setting(admin, topics.sync(CLUSTER), "min.insync.replicas")).isEqualTo("1");
      assertThat(warnings(admin)).isEmpty();
      provisioner.provision(2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "changes, changes",
    "sync, sync.test",
    "results, results",
    "deadLetters, dead-letters",
    "state, state",
    "heartbeats, heartbeats",
    "checkpoints, checkpoints",
    "cdevents, cdevents"
  })
  void aTopicHasTheSettingsThatItsAsyncApiBindingNames(String channel, String topic)
      throws Exception {
    JsonNode bound =
        new YamlTrees(
                PublishedSchemas.read("asyncapi.yaml").orElseThrow(),
                new FileScalars(),
                Allowance.ofFile())
            .next()
            .orElseThrow()
            .content()
            .at("/channels/%s/bindings/kafka/topicConfiguration".formatted(channel));
    assertThat(bound.size()).isGreaterThan(3);
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, topics).provision(CLUSTER);
      new TopicProvisioner(admin, topics).provisionCdEvents();
      for (var setting : bound.properties()) {
        String value =
            setting.getValue().isArray()
                ? setting.getValue().get(0).asText()
                : setting.getValue().asText();
        assertThat(setting(admin, topics.prefix() + "." + topic, setting.getKey()))
            .as(setting.getKey())
            .isEqualTo(value);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "changes, cleanup.policy, compact",
    "changes, retention.ms, 60000",
    "state, cleanup.policy, delete",
    "results, max.message.bytes, 1000000",
    "sync.test, cleanup.policy, delete",
    "sync.test, max.message.bytes, 1000000"
  })
  void aTopicThatWouldBreakAGuaranteeIsRefused(String topic, String setting, String value)
      throws Exception {
    try (Admin admin = Admin.create(connection.admin())) {
      TopicProvisioner provisioner = new TopicProvisioner(admin, topics);
      provisioner.provision(CLUSTER);
      set(admin, topics.prefix() + "." + topic, setting, value);

      assertThatThrownBy(
              () -> {
                provisioner.provision(2);
                provisioner.provision(CLUSTER);
              })
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the topics do not fit")
          .hasMessageContaining(topics.prefix() + "." + topic)
          .hasMessageContaining(setting);
    }
  }

  @Test
  void aClustersTopicWithSeveralPartitionsIsRefused() throws Exception {
    try (Admin admin = Admin.create(connection.admin())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topics.sync(CLUSTER), Optional.of(3), Optional.empty())
                      .configs(
                          Map.of("cleanup.policy", "compact", "max.message.bytes", "16777216"))))
          .all()
          .get();

      assertThatThrownBy(() -> new TopicProvisioner(admin, topics).provision(CLUSTER))
          .hasMessageContaining("has 3 partitions");
    }
  }

  @Test
  void weakAndUnreadableSettingsCauseWarnings() throws Exception {
    try (Admin admin = Admin.create(connection.admin())) {
      TopicProvisioner provisioner = new TopicProvisioner(admin, topics);
      set(admin, topics.changes(), "retention.bytes", "1000000");
      assertThat(warnings(admin)).singleElement().asString().contains("retention.bytes");
      provisioner.provision(2);

      KafkaFixture.deny(topics.changes(), AclOperation.DESCRIBE_CONFIGS);
      assertThat(warnings(admin)).singleElement().asString().contains("grant DESCRIBE_CONFIGS");
      provisioner.provision(2);
    }
  }

  @Test
  void threeBrokersHaveThreeReplicasOfWhichOneMayFail(@TempDir Path directory) throws Exception {
    try (ThreeBrokers brokers = new ThreeBrokers(directory)) {
      KafkaConnection three =
          new KafkaConnection(brokers.bootstrapServers(), Topics.DEFAULT, Map.of());
      try (Admin admin = Admin.create(three.admin())) {
        TopicProvisioner provisioner = new TopicProvisioner(admin, three.topics());
        provisioner.provision(2);
        provisioner.provision(CLUSTER);

        for (String topic :
            List.of(
                three.topics().changes(), three.topics().state(), three.topics().sync(CLUSTER))) {
          assertThat(copies(admin, topic)).as(topic).isEqualTo(3);
          assertThat(setting(admin, topic, "min.insync.replicas")).as(topic).isEqualTo("2");
        }
        assertThat(new TopicInspection(admin, three.topics(), Replication.AUTOMATIC).warnings())
            .isEmpty();

        ClusterName other = new ClusterName("other");
        Replication chosen = new Replication(Optional.of(2), Optional.of(2));
        new TopicProvisioner(admin, three.topics(), chosen).provision(other);
        assertThat(copies(admin, three.topics().sync(other))).isEqualTo(2);
        assertThat(setting(admin, three.topics().sync(other), "min.insync.replicas"))
            .isEqualTo("2");
        set(admin, three.topics().changes(), "min.insync.replicas", "1");
        assertThat(new TopicInspection(admin, three.topics(), Replication.AUTOMATIC).warnings())
            .anyMatch(warning -> warning.contains("sync.other has 2 copies"))
            .anyMatch(warning -> warning.contains("min.insync.replicas=1 of 3 copies"));
      }
    }
  }

  private List<String> warnings(Admin admin) {
    return new TopicInspection(admin, topics, Replication.AUTOMATIC).warnings();
  }

  private static int copies(Admin admin, String topic) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get()
        .get(topic)
        .partitions()
        .getFirst()
        .replicas()
        .size();
  }

  private static String setting(Admin admin, String topic, String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin.describeConfigs(List.of(resource)).all().get().get(resource).get(name).value();
  }

  private static void set(Admin admin, String topic, String name, String value) throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }
}
