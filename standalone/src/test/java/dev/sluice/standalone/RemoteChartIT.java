package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts of remote repositories and registries, from push to cluster. */
@Tag("kubernetes")
class RemoteChartIT {

  @TempDir Path directory;

  @Test
  void aNewLockDeploysTheNewDependency() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING);
        ChartHost charts = ChartHost.start()) {
      publish(charts, "1.2.3");
      application(scenario, charts.repository());
      scenario.commit(
          Map.of(
              "web/Chart.yaml",
              """
              apiVersion: v2
              name: web
              version: 1.0.0
              dependencies: [{name: cache, version: 1.x, repository: "%s", alias: store}]
              """
                  .formatted(charts.repository()),
              "web/values.yaml",
              "store: {size: large}",
              "web/Chart.lock",
              lock(charts, "1.2.3")));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("web-cache", "1.2.3 large");

        publish(charts, "1.3.0");
        scenario.push(sluice, Map.of("web/Chart.lock", lock(charts, "1.3.0")));
        scenario.configMaps().awaitValue("web-cache", "1.3.0 large");
        scenario.verify();
      }
    }
  }

  @Test
  void aChartThatIsPublishedLaterIsDeployed() throws Exception {
    NeededProgram.check("helm");
    try (Scenario scenario = Scenario.in(directory, STAGING);
        ChartHost charts = ChartHost.start()) {
      application(scenario, charts.registry());
      scenario.commit(
          Map.of(
              "web/kustomization.yaml",
              """
              namePrefix: my-
              helmCharts:
              - {name: cache, version: 1.2.3, repo: "%s", releaseName: web, valuesInline: {size: s}}
              """
                  .formatted(charts.registry())));
      try (OneProcess sluice = scenario.start()) {
        assertThat(sluice.webhookPort()).isPositive();
        patiently()
            .until(
                () ->
                    scenario
                        .read(scenario.kafka().topics().deadLetters(), DeadLetterEvent.class)
                        .stream()
                        .anyMatch(event -> event.toString().contains("RemoteMissing")));

        publish(charts, "1.2.3");

        scenario.configMaps().awaitValue("my-web-cache", "1.2.3 s");
        scenario.verify();
      }
    }
  }

  private static void publish(ChartHost charts, String version) throws Exception {
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
            data: {value: "{{ .Chart.Version }} {{ .Values.size }}"}
            """));
  }

  private static String lock(ChartHost charts, String version) {
    return """
    dependencies:
    - name: cache
      repository: %s
      version: %s
    digest: sha256:0
    """
        .formatted(charts.repository(), version);
  }

  private static void application(Scenario scenario, String charts) throws Exception {
    scenario
        .fleet()
        .document(
            """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: apps, path: web}
          clusters: {names: [staging]}
          namespace: %s
          policy: {remote: {charts: [{url: "%s"}]}}
        """
                .formatted(scenario.namespace(), charts));
  }
}
