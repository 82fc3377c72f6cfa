package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that follows the newest version in a range, with all parts. */
@Tag("kubernetes")
class VersionRangeIT {

  @Test
  void theNewestTagIsAppliedAndShown(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      scenario.fleet().replace("path: web", "path: web, ref: {semver: '>=1.4 <2'}");
      try (OneProcess sluice = scenario.start()) {
        CommitId old = scenario.commit(Map.of("web/configmap.yaml", configMap("web", "old")));
        scenario.tag(sluice, "v1.4.0", old);
        scenario.configMaps().awaitValue("web", "old");
        CommitId next = scenario.commit(Map.of("web/configmap.yaml", configMap("web", "next")));
        scenario.tag(sluice, "v2.0.0", next);
        CommitId fixed = scenario.commit(Map.of("web/configmap.yaml", configMap("web", "new")));
        scenario.tag(sluice, "v1.5.0", fixed);
        scenario.configMaps().awaitValue("web", "new");

        patiently()
            .until(() -> CommandRun.of(sluice, "history", "web").words().contains("2 staging "));
        String version = "semver >=1.4 <2 at v1.5.0";
        assertThat(CommandRun.of(sluice, "history", "web").words())
            .contains("2 staging %s %s".formatted(fixed.abbreviated(), version))
            .contains("1 staging %s semver >=1.4 <2 at v1.4.0".formatted(old.abbreviated()));
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains("source localhost/scenario/apps semver >=1.4 <2 web")
            .contains("2 staging %s %s".formatted(fixed.abbreviated(), version));
        patiently()
            .untilAsserted(
                () ->
                    assertThat(
                            CommandRun.of(
                                    sluice,
                                    "trace",
                                    "ConfigMap/web",
                                    "--cluster",
                                    STAGING.value(),
                                    "--namespace",
                                    scenario.namespace())
                                .words())
                        .contains("commit " + fixed, "version " + version)
                        .contains("refs/tags/v1.5.0"));
        assertThat(CommandRun.of(sluice, "explain", next.value()).words())
            .contains(
                "web - it follows semver >=1.4 <2, and refs/tags/v2.0.0 is not a tag in that"
                    + " range");

        scenario.deleteTag(sluice, "v1.5.0", fixed);
        scenario.configMaps().awaitValue("web", "old");
        scenario.deleteTag(sluice, "v1.4.0", old);
        patiently()
            .until(() -> CommandRun.of(sluice, "get", "apps", "web").words().contains("Parked"));
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains(
                "wrong staging: NoMatchingVersion: localhost/scenario/apps has no version in the"
                    + " range '>=1.4 <2', the newest one is v2.0.0; what was applied last stays");
        assertThat(scenario.configMaps().value("web")).hasValue("old");
        scenario.verify();
      }
    }
  }
}
