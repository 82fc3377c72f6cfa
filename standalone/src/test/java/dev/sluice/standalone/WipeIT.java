package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.process.OneProcess;
import dev.sluice.worker.ClusterWorker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wiped cluster is restored from its log, without a forge or a dispatcher. */
@Tag("kubernetes")
class WipeIT {

  @Test
  void aWipedClusterIsFilledAgainFromTheLogAlone(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = "wiped-" + scenario.systemNamespace();
      scenario.fleet().application("first", "first", namespace, STAGING);
      scenario.fleet().application("second", "second", namespace, STAGING);
      scenario.commit(
          Map.of(
              "first/namespace.yaml",
                  "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n".formatted(namespace),
              "first/configmap.yaml", configMap("first", "one"),
              "second/configmap.yaml", configMap("second", "one")));
      scenario.fixture(STAGING).cleanUp(() -> scenario.wipe(STAGING, namespace));
      try (OneProcess sluice = scenario.start()) {
        awaitBoth(scenario, namespace);
        assertThat(sluice.webhookPort()).isPositive();
      }
      Path repository = directory.resolve("apps.git");
      Path away = Files.move(repository, directory.resolve("apps.away"));

      scenario.wipe(STAGING, namespace);
      assertThat(scenario.client(STAGING).namespaces().withName(namespace).get()).isNull();

      try (ClusterWorker worker = scenario.startWorker(STAGING)) {
        awaitBoth(scenario, namespace);

        scenario.wipe(STAGING, namespace);
        awaitBoth(scenario, namespace);
        Files.move(away, repository);
        scenario.verify();
        assertThat(worker).isNotNull();
      }
    }
  }

  private static void awaitBoth(Scenario scenario, String namespace) {
    patiently()
        .untilAsserted(
            () -> {
              assertThat(scenario.configMaps(STAGING, namespace).value("first")).contains("one");
              assertThat(scenario.configMaps(STAGING, namespace).value("second")).contains("one");
            });
  }
}
