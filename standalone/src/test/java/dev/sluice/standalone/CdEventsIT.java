package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.cdevents.CdEventSchemas;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments of an application are printed as CDEvents that fit the schemas of CDEvents. */
class CdEventsIT {

  private final CdEventSchemas schemas = new CdEventSchemas();

  @Test
  void deploymentUpgradeRollbackAndRemovalAreCdEvents(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, PRODUCTION)) {
      scenario.fleet().application("web", "web", scenario.namespace(), PRODUCTION);
      CommitId first = scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      try (OneProcess sluice = scenario.start()) {
        await(sluice, "service.deployed");
        scenario.push(sluice, Map.of("web/configmap.yaml", configMap("web", "two")));
        await(sluice, "service.deployed", "service.upgraded");
        assertThat(
                CommandRun.of(sluice, "rollback", "web", "--to", first.value(), "--reason", "x")
                    .code())
            .isZero();
        await(sluice, "service.deployed", "service.upgraded", "service.rolledback");
        scenario.fleet().remove("web");
        List<JsonNode> events =
            await(
                sluice,
                "service.deployed",
                "service.upgraded",
                "service.rolledback",
                "service.removed");

        JsonNode rollback = events.get(2);
        assertThat(rollback.at("/subject/id").asText()).isEqualTo("web");
        assertThat(rollback.at("/subject/content/environment/id").asText()).isEqualTo("production");
        assertThat(rollback.at("/subject/content/artifactId").asText())
            .isEqualTo(
                "pkg:generic/web@%s?vcs_url=git%%2Bhttps%%3A%%2F%%2Flocalhost%%2Fscenario%%2Fapps%%40%1$s"
                    .formatted(first));
        assertThat(rollback.at("/customData/reason").asText()).isEqualTo("command restore");
        assertThat(events.get(1).at("/customData/actor").asText())
            .isEqualTo(System.getProperty("user.name"));
        assertThat(events).allSatisfy(event -> assertThat(schemas.violations(event)).isEmpty());
        assertThat(cdEvents(sluice, "--type", "applied")).isEqualTo(events.subList(0, 3));
        assertThat(cdEvents(sluice, "--type", "dev.cdevents.service.rolledback"))
            .containsExactly(rollback);
      }
    }
  }

  private static List<JsonNode> await(OneProcess sluice, String... subjects) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(cdEvents(sluice))
                    .extracting(
                        event ->
                            event
                                .at("/context/type")
                                .asText()
                                .replaceAll("dev\\.cdevents\\.(.*)\\.0\\.3\\.0", "$1"))
                    .containsExactly(subjects));
    return cdEvents(sluice);
  }

  private static List<JsonNode> cdEvents(OneProcess sluice, String... more) {
    String[] arguments = new String[5 + more.length];
    List<String> given = List.of("events", "--format", "cdevents", "--application", "web");
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = i < given.size() ? given.get(i) : more[i - given.size()];
    }
    return CommandRun.of(sluice, arguments).out().lines().map(CdEventsIT::json).toList();
  }

  private static JsonNode json(String line) {
    try {
      return Json.mapper().readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
