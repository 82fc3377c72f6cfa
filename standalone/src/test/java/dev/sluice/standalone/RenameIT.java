package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A renamed application keeps its objects. */
@Tag("kubernetes")
class RenameIT {

  private static final int RENAMES = 20;

  @Test
  void aRenamedApplicationKeepsItsObjects(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.fleet().application("web-0", "web", namespace, STAGING);
      scenario.fleet().application("other", "other", namespace, STAGING);
      scenario.commit(
          Map.of(
              "web/one.yaml", configMap("one", "x"),
              "web/two.yaml", configMap("two", "x"),
              "other/other.yaml", configMap("other", "x")));
      try (OneProcess sluice = scenario.start()) {
        assertThat(sluice.webhookPort()).isPositive();
        patiently().until(() -> scenario.configMaps().owner("two").equals(Optional.of("web-0")));
        String one = scenario.configMaps().uid("one");
        String two = scenario.configMaps().uid("two");

        // names are reused: some were removed before
        for (int i = 1; i <= RENAMES; i++) {
          String to = "web-" + i % 3;
          scenario.fleet().rename("web-" + (i - 1) % 3, to);
          patiently()
              .until(
                  () ->
                      scenario.configMaps().owner("one").equals(Optional.of(to))
                          && scenario.configMaps().owner("two").equals(Optional.of(to)));
          assertThat(scenario.configMaps().uid("one")).as("rename %d", i).isEqualTo(one);
          assertThat(scenario.configMaps().uid("two")).as("rename %d", i).isEqualTo(two);
        }
        patiently().until(() -> results(scenario, ResultEvent.Removed.class).size() == RENAMES);
        scenario.verify();
        assertThat(results(scenario, ResultEvent.Removed.class))
            .flatExtracting(ResultEvent.Removed::changes)
            .extracting(ObjectChange::action)
            .containsOnly(ObjectChange.Action.TRANSFERRED);
        assertThat(scenario.configMaps().uid("one")).isEqualTo(one);
      }
    }
  }

  private static <R extends ResultEvent> List<R> results(Scenario scenario, Class<R> type) {
    return scenario.read(scenario.kafka().topics().results(), type);
  }
}
