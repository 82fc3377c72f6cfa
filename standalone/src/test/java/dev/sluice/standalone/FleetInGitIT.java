package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All parts with a fleet in a Git repository, here that of its applications. */
class FleetInGitIT {

  @TempDir private Path directory;

  @Test
  void aPushToItsRepositoryAddsAnApplication() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.fleetInGit("fleet");
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      CommitId first =
          scenario.commit(
              Map.of(
                  "fleet/fleet.yaml",
                  documents(),
                  "web/configmap.yaml",
                  Scenario.configMap("web", "one")));
      try (OneProcess sluice = scenario.startFollowing()) {
        patiently().until(() -> scenario.configMaps().countWithValue("one") == 1);
        awaitInStatus(sluice, first);

        scenario.fleet().application("api", "api", scenario.namespace(), STAGING);
        CommitId second =
            scenario.push(
                sluice,
                Map.of(
                    "fleet/fleet.yaml",
                    documents(),
                    "api/configmap.yaml",
                    Scenario.configMap("api", "two")));
        patiently().until(() -> scenario.configMaps().countWithValue("two") == 1);
        awaitInStatus(sluice, second);

        scenario.push(sluice, Map.of("fleet/fleet.yaml", "kind: Nonsense\n"));
        patiently().until(() -> CommandRun.of(sluice, "status").words().contains("FleetInvalid"));
        awaitInStatus(sluice, second);
        assertThat(CommandRun.of(sluice, "deliveries", "--unfollowed").words())
            .doesNotContain("localhost");

        scenario.push(sluice, Map.of("fleet/fleet.yaml", documents()));
        patiently().until(() -> !CommandRun.of(sluice, "status").words().contains("FleetInvalid"));
        assertThat(CommandRun.of(sluice, "deliveries").words()).doesNotContain("not this ref");
        scenario.verify();
      }
    }
  }

  private String documents() throws Exception {
    return Files.readString(directory.resolve("fleet").resolve("fleet.yaml"));
  }

  private static void awaitInStatus(OneProcess sluice, CommitId commit) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(CommandRun.of(sluice, "status").words())
                    .contains("//fleet@main at " + commit.abbreviated()));
  }
}
