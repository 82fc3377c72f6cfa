package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that join the fleet of a process that runs all parts. */
class JoiningClusterIT {

  @Test
  void aClusterThatJoinsTheFleetGetsAWorkerWithoutARestart(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING, PRODUCTION)) {
      scenario.fleet().remove(PRODUCTION.value());
      String namespace = "joined-" + scenario.systemNamespace();
      scenario.fleet().application("web", "web", namespace, STAGING);
      scenario.commit(
          Map.of(
              "web/namespace.yaml",
                  "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n".formatted(namespace),
              "web/configmap.yaml", configMap("web", "one")));
      try (OneProcess sluice = scenario.startFollowing()) {
        awaitValue(scenario, STAGING, namespace);

        // one of them cannot be reached by any context, which stops nothing
        scenario.fleet().document(cluster("nowhere"));
        scenario.fleet().document(cluster(PRODUCTION.value()));
        scenario.fleet().replace("[staging]", "[staging, production, nowhere]");

        awaitValue(scenario, PRODUCTION, namespace);
        assertThat(sluice.apiPort()).isPositive();
      }
    }
  }

  private static void awaitValue(Scenario scenario, ClusterName cluster, String namespace) {
    patiently()
        .until(
            () -> scenario.configMaps(cluster, namespace).value("web").equals(Optional.of("one")));
  }

  private static String cluster(String name) {
    return """
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: %s}
    """
        .formatted(name);
  }
}
