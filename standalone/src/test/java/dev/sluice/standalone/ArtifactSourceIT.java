package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;

import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts and OCI artifacts as sources of their own, from their publication to the cluster. */
@Tag("kubernetes")
class ArtifactSourceIT {

  @TempDir Path directory;

  @Test
  void aChartOfARepositoryIsDeployedWithValuesFromGit() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING);
        ChartHost charts = ChartHost.start()) {
      publish(charts, "1.2.3", "first");
      repository(scenario, "{url: \"%s/\", chart: cache}".formatted(charts.repository()));
      application(scenario, "1.2.3");
      scenario.commit(Map.of("values/cache.yaml", "size: large"));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("web-cache", "1.2.3 first large");

        scenario.push(sluice, Map.of("values/cache.yaml", "size: larger"));
        scenario.configMaps().awaitValue("web-cache", "1.2.3 first larger");

        publish(charts, "1.3.0", "second");
        scenario.fleet().replace("version: \"1.2.3\"", "version: \"1.3.0\"");
        scenario.configMaps().awaitValue("web-cache", "1.3.0 second larger");
        scenario.verify();
      }
    }
  }

  @Test
  void aTagOfARegistryThatMovesIsDeployedByItsInterval() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING);
        ChartHost charts = ChartHost.start()) {
      scenario.setting("sweep", "0s");
      publish(charts, "1.2.3", "first");
      charts.tag("latest", "1.2.3");
      repository(scenario, "{url: \"%s/cache\", interval: 10s}".formatted(charts.registry()));
      application(scenario, "latest");
      scenario.commit(Map.of("values/cache.yaml", "size: large"));
      try (OneProcess _ = scenario.start()) {
        scenario.configMaps().awaitValue("web-cache", "1.2.3 first large");

        publish(charts, "1.3.0", "second");
        charts.tag("latest", "1.3.0");

        scenario.configMaps().awaitValue("web-cache", "1.3.0 second large");
        scenario.verify();
      }
    }
  }

  private static void publish(ChartHost charts, String version, String text) throws Exception {
    charts.publish(
        version,
        Map.of(
            "values.yaml",
            "size: small",
            "templates/map.yaml",
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: "{{ .Release.Name }}-cache"}
            data: {value: "{{ .Chart.Version }} %s {{ .Values.size }}"}
            """
                .formatted(text)));
  }

  private static void repository(Scenario scenario, String spec) throws Exception {
    scenario
        .fleet()
        .document(
            """
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: cache-chart}
            spec: %s
            """
                .formatted(spec));
  }

  private static void application(Scenario scenario, String version) throws Exception {
    scenario
        .fleet()
        .document(
            """
            apiVersion: sluice.dev/v1
            kind: Application
            metadata: {name: web}
            spec:
              sources:
              - {repository: cache-chart, version: "%s", helm: {valuesFiles: [$values/cache.yaml]}}
              - {repository: apps, path: values, type: values, alias: values}
              clusters: {names: [staging]}
              namespace: %s
            """
                .formatted(version, scenario.namespace()));
  }
}
