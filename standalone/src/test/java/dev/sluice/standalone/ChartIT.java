package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chart in a repository, from push to cluster. */
@Tag("kubernetes")
class ChartIT {

  @TempDir Path directory;

  @Test
  void aPushOfValuesReachesTheCluster() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.fleet().application("shop", "charts/shop", namespace, STAGING);
      Map<String, String> chart = new HashMap<>();
      chart.put(
          "charts/shop/Chart.yaml",
          """
          apiVersion: v2
          name: shop
          version: 1.0.0
          dependencies: [{name: common, version: 0.1.0, repository: "file://../common"}]
          """);
      chart.put("charts/shop/values.yaml", "colour: blue\n");
      chart.put(
          "charts/shop/templates/settings.yaml",
          """
          apiVersion: v1
          kind: ConfigMap
          metadata:
            name: {{ include "common.name" . }}
          data:
            colour: {{ .Values.colour }}
          """);
      chart.put(
          "charts/common/Chart.yaml",
          "{apiVersion: v2, name: common, type: library, version: 0.1.0}\n");
      chart.put(
          "charts/common/templates/_name.tpl",
          "{{- define \"common.name\" -}}{{ .Release.Name }}-settings{{- end }}\n");
      scenario.commit(chart);
      try (OneProcess sluice = scenario.start()) {
        awaitColour(scenario, "shop-settings", "blue");

        scenario.push(sluice, Map.of("charts/shop/values.yaml", "colour: green\n"));
        awaitColour(scenario, "shop-settings", "green");

        scenario.push(
            sluice,
            Map.of(
                "charts/common/templates/_name.tpl",
                "{{- define \"common.name\" -}}{{ .Release.Name }}-config{{- end }}\n"));
        awaitColour(scenario, "shop-config", "green");
        scenario.verify();
      }
    }
  }

  @Test
  void generatedFieldsAreDescribedAndStayAsTheyAre() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.fleet().application("shop", "charts/shop", namespace, STAGING);
      scenario.commit(
          Map.of(
              "charts/shop/Chart.yaml", "{apiVersion: v2, name: shop, version: 1.0.0}",
              "charts/shop/values.yaml", "colour: blue\n",
              "charts/shop/templates/all.yaml",
                  """
                  {{- $ca := genCA "shop" 365 }}
                  apiVersion: v1
                  kind: ConfigMap
                  metadata: {name: settings}
                  data: {colour: {{ .Values.colour }}}
                  ---
                  apiVersion: v1
                  kind: ConfigMap
                  metadata: {name: trust}
                  data: {ca.crt: {{ $ca.Cert | toJson }}}
                  ---
                  apiVersion: v1
                  kind: Secret
                  metadata: {name: authority}
                  stringData: {ca.crt: {{ $ca.Cert | toJson }}, ca.key: {{ $ca.Key | toJson }}}
                  """));
      try (OneProcess sluice = scenario.start()) {
        awaitColour(scenario, "settings", "blue");
        Optional<String> trusted = scenario.configMaps().value("trust", "ca.crt");

        scenario.push(sluice, Map.of("charts/shop/values.yaml", "colour: green\n"));
        awaitColour(scenario, "settings", "green");

        assertThat(scenario.configMaps().value("trust", "ca.crt")).isEqualTo(trusted);
        patiently()
            .untilAsserted(
                () ->
                    assertThat(CommandRun.of(sluice, "describe", "shop").words())
                        .contains(
                            ("generated 3 fields differ at each rendering (staging), policy"
                                    + " keep-live: their live values stay Secret"
                                    + " %1$s/authority data.ca.crt Secret %1$s/authority"
                                    + " data.ca.key ConfigMap %1$s/trust data.ca.crt")
                                .formatted(namespace)));
        scenario.verify();
      }
    }
  }

  private static void awaitColour(Scenario scenario, String name, String colour) {
    patiently()
        .untilAsserted(
            () -> assertThat(scenario.configMaps().value(name, "colour")).contains(colour));
  }
}
