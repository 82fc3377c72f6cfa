package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that depend on others, with all parts. */
@Tag("kubernetes")
class DependsOnIT {

  private static final String BROKEN =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec:
        ports: [{port: 123456}]
      """;

  @Test
  void applicationsAreSentInOrderAndAFailedDependencyHoldsVisibly(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      dependent(scenario, "page", "web");
      dependent(scenario, "web", "db");
      scenario.fleet().application("db", "db", namespace, STAGING);
      scenario.commit(commit("one"));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("page", "one");
        assertThat(applied(scenario)).containsExactly("db 1", "web 1", "page 1");

        scenario.push(sluice, commit("two", Map.of("db/service.yaml", BROKEN)));

        patiently()
            .until(
                () -> CommandRun.of(sluice, "describe", "web").words().contains("which is Parked"));
        CommandRun web = CommandRun.of(sluice, "describe", "web");
        assertThat(web.words())
            .contains("depends on db in the same cluster, healthy")
            .contains("held staging: dependsOn by the dispatcher")
            .contains("waits for application db in cluster staging, which is Parked since")
            .contains("released by: that, or sluice release web --cluster staging");
        assertThat(CommandRun.of(sluice, "describe", "page").words())
            .contains(
                "waits for application web in cluster staging, which waits itself (dependsOn)");
        assertThat(CommandRun.of(sluice, "get", "apps", "web").words())
            .contains("OutOfSync")
            .contains("dependsOn");
        assertThat(CommandRun.of(sluice, "status").words()).contains("2 dependsOn");
        scenario.verify();

        scenario.push(sluice, commit("three", Map.of("db/service.yaml", "")));
        scenario.configMaps().awaitValue("page", "three");
        assertThat(applied(scenario))
            .containsExactly("db 1", "web 1", "page 1", "db 3", "web 2", "page 2");
        patiently().until(() -> !CommandRun.of(sluice, "status").words().contains("dependsOn"));
        scenario.verify();
      }
    }
  }

  @Test
  void anOperatorReleasesAHeldApplication(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      dependent(scenario, "web", "db");
      scenario.fleet().application("db", "db", scenario.namespace(), STAGING);
      scenario.commit(commit("one", Map.of("db/service.yaml", BROKEN)));
      try (OneProcess sluice = scenario.start()) {
        patiently()
            .until(
                () -> CommandRun.of(sluice, "describe", "web").words().contains("which is Parked"));

        CommandRun release =
            CommandRun.of(sluice, "release", "web", "--reason", "the page works without");

        assertThat(release.code()).as(release.toString()).isZero();
        assertThat(release.words()).contains("generation 1 was sent");
        scenario.configMaps().awaitValue("web", "one");
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains("the page works without")
            .doesNotContain("held staging");
      }
    }
  }

  private static List<String> applied(Scenario scenario) {
    return scenario.read(scenario.kafka().topics().results(), ResultEvent.Applied.class).stream()
        .sorted(Comparator.comparing(applied -> applied.timings().appliedAt()))
        .map(ResultEvent.Applied::subject)
        .map(subject -> subject.application() + " " + subject.generation())
        .toList();
  }

  private static Map<String, String> commit(String value) {
    return commit(value, Map.of());
  }

  private static Map<String, String> commit(String value, Map<String, String> more) {
    Map<String, String> files = new TreeMap<>(more);
    for (String name : List.of("db", "web", "page")) {
      files.put(name + "/configmap.yaml", configMap(name, value));
    }
    return files;
  }

  private static void dependent(Scenario scenario, String name, String dependency)
      throws Exception {
    scenario
        .fleet()
        .document(
            """
            apiVersion: sluice.dev/v1
            kind: Application
            metadata: {name: %s}
            spec:
              source: {repository: apps, path: %s}
              clusters: {names: [staging]}
              namespace: %s
              dependsOn: [{application: %s}]
            """
                .formatted(name, name, scenario.namespace(), dependency));
  }
}
