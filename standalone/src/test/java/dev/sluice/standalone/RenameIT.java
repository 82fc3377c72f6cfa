package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application gets another name in the fleet: its objects stay the same. */
@Tag("kubernetes")
class RenameIT {

  private static final int RENAMES = 20;

  @Test
  void aRenamedApplicationKeepsItsObjects(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.application("web-0", "web", namespace, STAGING);
      scenario.application("other", "other", namespace, STAGING);
      scenario.commit(
          Map.of(
              "web/one.yaml", configMap("one", "x"),
              "web/two.yaml", configMap("two", "x"),
              "other/other.yaml", configMap("other", "x")));
      try (OneProcess sluice = scenario.start()) {
        assertThat(sluice.webhookPort()).isPositive();
        patiently().until(() -> owner(scenario, "two").equals(Optional.of("web-0")));
        String one = uid(scenario, "one");
        String two = uid(scenario, "two");

        // names come back: some were removed before
        for (int i = 1; i <= RENAMES; i++) {
          String to = "web-" + i % 3;
          scenario.rename("web-" + (i - 1) % 3, to);
          patiently()
              .until(
                  () ->
                      owner(scenario, "one").equals(Optional.of(to))
                          && owner(scenario, "two").equals(Optional.of(to)));
          assertThat(uid(scenario, "one")).as("rename %d", i).isEqualTo(one);
          assertThat(uid(scenario, "two")).as("rename %d", i).isEqualTo(two);
        }
        patiently().until(() -> results(scenario, ResultEvent.Removed.class).size() == RENAMES);
        scenario.verify();
        assertThat(results(scenario, ResultEvent.Removed.class))
            .flatExtracting(ResultEvent.Removed::changes)
            .extracting(ObjectChange::action)
            .containsOnly(ObjectChange.Action.TRANSFERRED);
        assertThat(uid(scenario, "one")).isEqualTo(one);
      }
    }
  }

  private static <R extends ResultEvent> List<R> results(Scenario scenario, Class<R> type) {
    return scenario.read(scenario.kafka().topics().results(), type);
  }

  private static Optional<ConfigMap> find(Scenario scenario, String name) {
    return Optional.ofNullable(
        scenario
            .client(STAGING)
            .configMaps()
            .inNamespace(scenario.namespace())
            .withName(name)
            .get());
  }

  private static Optional<String> owner(Scenario scenario, String name) {
    return find(scenario, name)
        .map(map -> map.getMetadata().getLabels().get(Ownership.APPLICATION_LABEL));
  }

  private static String uid(Scenario scenario, String name) {
    return find(scenario, name).orElseThrow().getMetadata().getUid();
  }
}
