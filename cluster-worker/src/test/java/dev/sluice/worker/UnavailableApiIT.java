package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster with an aggregated API whose server does not answer. */
@Tag("kubernetes")
final class UnavailableApiIT {

  private static final String UNAVAILABLE = "ApiGroupUnavailable";

  private final Bench bench = new Bench();
  private final String group =
      "metrics-%s.example.org".formatted(UUID.randomUUID().toString().substring(0, 8));

  @BeforeEach
  void open() {
    assumeTrue(bench.fixture.readsJsonOfBuiltInKinds(), "the server's JSON decoder is broken");
    bench.fixture.cleanUp(this::deleteApiService);
    bench
        .fixture
        .client()
        .resource(
            """
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: v1beta1.%1$s}
            spec:
              group: %1$s
              version: v1beta1
              groupPriorityMinimum: 100
              versionPriority: 100
              insecureSkipTLSVerify: true
              service: {name: nobody, namespace: default, port: 443}
            """
                .formatted(group))
        .serverSideApply();
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.fixture.client().getApiGroups().getGroups().stream()
                    .anyMatch(found -> found.getName().equals(group)));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void deleteApiService() {
    bench
        .fixture
        .client()
        .genericKubernetesResources("apiregistration.k8s.io/v1", "APIService")
        .withName("v1beta1." + group)
        .delete();
  }

  @Test
  void onlyWhatUsesTheApiWaits() throws Exception {
    ClusterWorker worker = bench.worker("one");

    bench.targets.send(
        bench.targets.target(
            "uses-it",
            1,
            "{apiVersion: %s/v1beta1, kind: NodeMetrics, metadata: {name: node}}"
                .formatted(group)));
    Failure waits = awaitRetrying("uses-it");
    bench.targets.send(bench.targets.target("plain", 1, configMap("plain", "first")));
    bench.awaitApplied("plain", 1);

    assertThat(waits.code().value()).isEqualTo(UNAVAILABLE);
    assertThat(waits.message())
        .contains(group + "/v1beta1")
        .contains("APIService v1beta1." + group);
    assertThat(metrics(worker)).contains("sluice_worker_unavailable_apis{cluster=\"test\"} 1");
    deleteApiService();
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .anyMatch(parked -> parked.failure().code().value().equals("UnknownKind")));
  }

  @Test
  void onlyAChartThatAsksForItsKindsWaits() {
    NeededProgram.check("helm");
    bench.worker("one");

    bench.targets.send(chart("asks", "%s/v1beta1/NodeMetrics".formatted(group)));
    bench.targets.send(chart("other", "apps/v1/Deployment"));
    bench.targets.send(chart("version", "%s/v1beta1".formatted(group)));
    bench.awaitApplied("other", 1);
    bench.awaitApplied("version", 1);
    Failure waits = awaitRetrying("asks");

    assertThat(bench.value("other")).contains("true");
    assertThat(bench.value("version")).contains("true");
    assertThat(waits.code().value()).isEqualTo(UNAVAILABLE);
    assertThat(waits.message()).contains(group + "/v1beta1");
  }

  private static String metrics(ClusterWorker worker) throws IOException, InterruptedException {
    URI uri =
        URI.create("http://localhost:%d/metrics".formatted(worker.healthPort().orElseThrow()));
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  /** Returns a chart with a ConfigMap that says whether the cluster has this API version. */
  private SyncEvent.Target chart(String application, String apiVersion) {
    SyncEvent.Target plain = bench.targets.target(application, 1);
    SourceInputs source = plain.sources().getFirst();
    return new SyncEvent.Target(
        plain.application(),
        plain.cluster(),
        plain.generation(),
        plain.spec(),
        List.of(
            new SourceInputs(
                source.repository(),
                source.ref(),
                source.commit(),
                "chart",
                SourceType.HELM,
                source.alias(),
                source.options(),
                List.of(
                    new InputFile.Text(
                        "chart/Chart.yaml", false, "{apiVersion: v2, name: c, version: 1.0.0}"),
                    new InputFile.Text(
                        "chart/templates/a.yaml",
                        false,
                        configMap(
                            application,
                            "{{ .Capabilities.APIVersions.Has `%s` }}".formatted(apiVersion)))))),
        false,
        plain.inputDigest(),
        plain.provenance());
  }

  private Failure awaitRetrying(String application) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Retrying.class).stream()
                    .filter(result -> result.subject().application().value().equals(application))
                    .map(ResultEvent.Retrying::failure)
                    .toList(),
            failures -> !failures.isEmpty())
        .getFirst();
  }
}
