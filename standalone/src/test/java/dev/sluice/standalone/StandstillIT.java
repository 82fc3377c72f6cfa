package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sluice up} with its embedded broker on a machine that gives it no processor time for half
 * a minute, and after a crash.
 */
class StandstillIT {

  /** Longer than the transactions and sessions of Kafka's clients last by default. */
  private static final Duration STANDSTILL = Duration.ofSeconds(35);

  @TempDir private Path directory;

  @Test
  void aStandstillFencesNoBrokerAndACrashDelaysNoStart() throws Exception {
    int kafkaPort = FreePort.find();
    int webhookPort = FreePort.find();
    KafkaConnection kafka = new KafkaConnection("127.0.0.1:" + kafkaPort, Topics.DEFAULT, Map.of());
    try (Scenario scenario = Scenario.over(kafka, directory, STAGING);
        SluiceProcess up = start(scenario, "up.log", kafkaPort, webhookPort)) {
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      push(scenario, webhookPort, "one");
      patiently().until(() -> scenario.configMaps().countWithValue("one") == 1);
      awaitLine(up, "staging web +created ConfigMap " + scenario.namespace() + "/web");
      int epoch = leaderEpoch(kafka);
      String before = up.output();

      up.freeze();
      long since = System.nanoTime();
      await()
          .atMost(STANDSTILL.multipliedBy(2))
          .until(() -> System.nanoTime() - since > STANDSTILL.toNanos());
      up.thaw();
      push(scenario, webhookPort, "two");
      patiently().until(() -> scenario.configMaps().countWithValue("two") == 1);

      awaitLine(up, "staging web +configured ConfigMap " + scenario.namespace() + "/web");
      assertThat(up.output()).containsPattern("broker started after [0-9.]+ s");
      assertThat(leaderEpoch(kafka)).as("a fenced broker loses its partitions").isEqualTo(epoch);
      assertThat(up.output().substring(before.length())).doesNotContain(" ERROR ", "\tat ");
      up.kill();

      long killed = System.nanoTime();
      try (SluiceProcess again = start(scenario, "again.log", kafkaPort, webhookPort)) {
        push(scenario, webhookPort, "three");
        patiently().until(() -> scenario.configMaps().countWithValue("three") == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - killed))
            .isLessThan(Duration.ofSeconds(100));
        assertThat(again.output()).doesNotContain("\tat ");
        scenario.verify();
      }
    }
  }

  private static void push(Scenario scenario, int port, String value) throws Exception {
    var commit = scenario.commit(Map.of("web/configmap.yaml", configMap("web", value)));
    patiently().ignoreExceptions().until(() -> scenario.webhook(port, commit) == 202);
  }

  private static void awaitLine(SluiceProcess process, String pattern) {
    patiently().untilAsserted(() -> assertThat(process.output()).containsPattern(pattern));
  }

  private static int leaderEpoch(KafkaConnection kafka) throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topics().changes(), 0);
    try (Admin admin = Admin.create(kafka.admin())) {
      Optional<Integer> epoch =
          admin
              .listOffsets(Map.of(partition, OffsetSpec.latest()))
              .partitionResult(partition)
              .get()
              .leaderEpoch();
      return epoch.orElseThrow();
    }
  }

  private SluiceProcess start(Scenario scenario, String log, int kafkaPort, int webhookPort)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of("up"));
    scenario.settings().forEach((name, value) -> arguments.addAll(List.of("--" + name, value)));
    arguments.addAll(List.of("--webhook-port", Integer.toString(webhookPort)));
    arguments.addAll(List.of("--kafka-port", Integer.toString(kafkaPort)));
    arguments.addAll(List.of("--data", directory.resolve("data").toString()));
    arguments.addAll(scenario.access(STAGING));
    return SluiceProcess.start(directory.resolve(log), Map.of(), arguments.toArray(String[]::new));
  }
}
