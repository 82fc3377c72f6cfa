package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kill -9 of everything, broker included, while fifty applications are being synced. */
@Tag("kubernetes")
class CrashIT {

  private static final int APPLICATIONS = 50;

  @Test
  void aRestartConvergesToGitsHead(@TempDir Path directory) throws Exception {
    int kafkaPort = FreePort.find();
    int webhookPort = FreePort.find();
    KafkaConnection kafka = new KafkaConnection("127.0.0.1:" + kafkaPort, Topics.DEFAULT, Map.of());
    try (Scenario scenario = Scenario.over(kafka, directory, STAGING)) {
      String namespace = scenario.namespace();
      for (int i = 0; i < APPLICATIONS; i++) {
        scenario.fleet().application(name(i), name(i), namespace, STAGING);
      }
      scenario.commit(Scenario.applications(APPLICATIONS, "one"));
      List<String> command = new ArrayList<>(List.of("up"));
      Map<String, String> settings = new HashMap<>(scenario.settings());
      settings.put("webhook-port", Integer.toString(webhookPort));
      settings.put("kafka-port", Integer.toString(kafkaPort));
      settings.put("data", directory.resolve("data").toString());
      settings.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
      command.addAll(scenario.access(STAGING));
      String[] arguments = command.toArray(String[]::new);

      try (SluiceProcess first = start(directory, arguments)) {
        patiently().until(() -> scenario.configMaps().countWithValue("one") == APPLICATIONS);
        CommitId second = scenario.commit(Scenario.applications(APPLICATIONS, "two"));
        assertThat(scenario.webhook(webhookPort, second)).isEqualTo(202);
        patiently().until(() -> scenario.configMaps().countWithValue("two") >= 3);
        first.kill();
      }
      long whenKilled = scenario.configMaps().countWithValue("two");
      assertThat(whenKilled).as("killed in the middle").isLessThan(APPLICATIONS);

      try (SluiceProcess second = start(directory, arguments)) {
        patiently().until(() -> scenario.configMaps().countWithValue("two") == APPLICATIONS);
        scenario.verify();

        CommitId third =
            scenario.commit(Map.of(name(7) + "/configmap.yaml", configMap(name(7), "three")));
        patiently()
            .ignoreException(ConnectException.class)
            .until(() -> scenario.webhook(webhookPort, third) == 202);
        patiently().until(() -> scenario.configMaps().countWithValue("three") == 1);
        scenario.verify();
        assertThat(second.isAlive()).isTrue();
      }
    }
  }

  private static SluiceProcess start(Path directory, String[] arguments) throws IOException {
    return SluiceProcess.start(directory.resolve("up.log"), Map.of(), arguments);
  }

  private static String name(int index) {
    return "app-" + index;
  }
}
