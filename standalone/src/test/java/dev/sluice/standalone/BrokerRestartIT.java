package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.ThreeBrokers;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pushes while three brokers are restarted one after the other, as for an upgrade of Kafka: each
 * once the others have all records. The system property {@code sluice.broker-restarts} sets their
 * number.
 */
class BrokerRestartIT {

  private static final int RESTARTS = Integer.getInteger("sluice.broker-restarts", 3);
  private static final int APPLICATIONS = 4;

  @TempDir private Path directory;

  @Test
  void nothingIsLostOrOutOfOrder() throws Exception {
    try (ThreeBrokers brokers = new ThreeBrokers(directory)) {
      KafkaConnection kafka =
          new KafkaConnection(brokers.bootstrapServers(), new Topics("restarts"), Map.of());
      try (Scenario scenario = Scenario.over(kafka, directory, STAGING)) {
        for (int i = 0; i < APPLICATIONS; i++) {
          scenario.fleet().application("app-" + i, "app-" + i, scenario.namespace(), STAGING);
        }
        scenario.commit(Scenario.applications(APPLICATIONS, "0"));
        try (OneProcess sluice = scenario.start()) {
          patiently().until(() -> scenario.configMaps().countWithValue("0") == APPLICATIONS);

          CompletableFuture<Void> restarts =
              CompletableFuture.runAsync(() -> restartInTurn(brokers, kafka));
          int pushes = 0;
          while (!restarts.isDone() || pushes < APPLICATIONS) {
            pushes++;
            push(scenario, sluice, "app-" + pushes % APPLICATIONS, Integer.toString(pushes));
          }
          restarts.join();

          assertThat(pushes).isGreaterThan(RESTARTS);
          for (int newest = pushes - APPLICATIONS + 1; newest <= pushes; newest++) {
            scenario
                .configMaps()
                .awaitValue("app-" + newest % APPLICATIONS, Integer.toString(newest));
          }
          scenario.verify();
        }
      }
    }
  }

  private static void restartInTurn(ThreeBrokers brokers, KafkaConnection kafka) {
    for (int i = 0; i < RESTARTS; i++) {
      brokers.restart(i % 3);
      patiently().ignoreExceptions().until(() -> isReplicated(kafka));
    }
  }

  /** Whether every partition is on three brokers that have all its records. */
  private static boolean isReplicated(KafkaConnection kafka)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(kafka.admin())) {
      return admin
          .describeTopics(admin.listTopics().names().get())
          .allTopicNames()
          .get()
          .values()
          .stream()
          .flatMap(topic -> topic.partitions().stream())
          .allMatch(partition -> partition.isr().size() == 3);
    }
  }

  /** Pushes, and sends the webhook again as a forge does until it is accepted. */
  private static void push(Scenario scenario, OneProcess sluice, String application, String value)
      throws Exception {
    var commit =
        scenario.commit(Map.of(application + "/configmap.yaml", configMap(application, value)));
    patiently()
        .ignoreExceptions()
        .until(() -> scenario.webhook(sluice.webhookPort(), commit) == 202);
  }
}
