package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.platform.process.NeededProgram;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster with an aggregated API whose server does not answer. */
@Tag("kubernetes")
final class UnavailableApiIT {

  private static final String UNAVAILABLE = "ApiGroupUnavailable";

  private final Bench bench = new Bench();
  private final Questions questions = new Questions(bench);
  private final String group =
      "metrics-%s.example.org".formatted(UUID.randomUUID().toString().substring(0, 8));

  @BeforeEach
  void open() {
    bench.fixture.assumeJsonOfBuiltInKinds();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void onlyWhatUsesTheApiWaits() throws Exception {
    bench.fixture.stopAnswering(group, "v1beta1");
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
    bench.fixture.answerAgain(group, "v1beta1");
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
    bench.fixture.stopAnswering(group, "v1beta1");
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

  @Test
  void aDeletionWaitsUntilTheApiAnswersAgain() {
    applyAndStopAnswering(configMap("a", "first"), configMap("b", "first"), gadget("g"));

    bench.targets.send(
        bench.targets.target("web", 2, configMap("a", "second"), configMap("b", "first")));
    Failure waits = awaitRetrying("web");

    assertThat(waits.code().value()).isEqualTo(UNAVAILABLE);
    assertThat(waits.stage()).isEqualTo(Failure.Stage.PRUNE);
    assertThat(waits.message()).contains("Gadget").contains("APIService v1." + group);
    bench.awaitValue("a", "second");
    bench.fixture.answerAgain(group, "v1");
    assertThat(bench.awaitApplied("web", 2).changes())
        .anyMatch(
            change -> change.object().kind().equals("Gadget") && change.action() == Action.DELETED);
    assertThat(gadget()).isNull();
  }

  @Test
  void aGuardedDeletionIsNotApprovedWhileItsObjectsCannotBeCounted() {
    applyAndStopAnswering(configMap("a", "first"), configMap("b", "first"), gadget("g"));

    bench.targets.send(bench.targets.target("web", 2, configMap("c", "first")));

    assertThat(awaitRetrying("web").code().value()).isEqualTo(UNAVAILABLE);
    bench.fixture.answerAgain(group, "v1");
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .anyMatch(parked -> parked.failure().code() == ApplyFailure.PRUNE_LIMIT));
    assertThat(gadget()).isNotNull();
  }

  @Test
  void aRemovalWaitsUntilTheApiAnswersAgain() {
    applyAndStopAnswering(configMap("a", "first"), gadget("g"));

    bench.targets.send(bench.targets.removal("web", 2, false));

    assertThat(awaitRetrying("web").code().value()).isEqualTo(UNAVAILABLE);
    bench.fixture.answerAgain(group, "v1");
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
    assertThat(gadget()).isNull();
    assertThat(bench.value("a")).isEmpty();
  }

  @Test
  void aChangeWaitsUntilTheApiAnswersAgain() {
    applyAndStopAnswering(configMap("a", "first"), gadget("g"));

    bench.targets.send(
        bench.targets.target("web", 2, configMap("a", "first"), gadget("g", "size: 2")));

    Failure waits = awaitRetrying("web");
    assertThat(waits.code().value()).isEqualTo(UNAVAILABLE);
    assertThat(waits.message()).contains("APIService v1." + group);
    bench.fixture.answerAgain(group, "v1");
    bench.awaitApplied("web", 2);
  }

  @Test
  void aComparisonSaysThatItCannotBeMade() {
    bench.worker("one");
    serve();
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first"), gadget("g")));
    bench.targets.send(bench.targets.target("plain", 1, configMap("plain", "first")));
    bench.awaitApplied("web", 1);
    bench.awaitApplied("plain", 1);
    assertThat(questions.ask("web").failure()).isEmpty();
    bench.fixture.stopAnswering(group, "v1");

    assertThat(questions.ask("web").failure().map(failure -> failure.code().value()))
        .contains(UNAVAILABLE);
    assertThat(questions.ask("web").failure().orElseThrow().message())
        .contains("APIService v1." + group);
    assertThat(questions.ask("plain").failure()).isEmpty();
    bench.fixture.answerAgain(group, "v1");
    await().atMost(Bench.PATIENCE).until(() -> questions.ask("web").failure().isEmpty());
  }

  @Test
  void aComparisonOfADeletionSaysThatItCannotBeMade() {
    applyAndStopAnswering(configMap("a", "first"), configMap("b", "first"), gadget("g"));
    bench.targets.send(
        bench.targets.target("web", 2, configMap("a", "first"), configMap("b", "first")));
    var unused = awaitRetrying("web");

    assertThat(questions.ask("web").failure().map(failure -> failure.code().value()))
        .contains(UNAVAILABLE);
  }

  @Test
  void theObjectsOfTheApiAreUnknownAndTheOthersAreShown() {
    applyAndStopAnswering(configMap("a", "first"), gadget("g"));

    ObjectsAnswered answer = questions.askObjects("web");

    assertThat(answer.failure()).isEmpty();
    assertThat(answer.objects())
        .extracting(node -> node.object().kind() + " " + node.health())
        .containsExactlyInAnyOrder("ConfigMap HEALTHY", "Gadget UNKNOWN");
    assertThat(answer.unlisted()).singleElement().asString().startsWith("Gadget in ");
  }

  private void applyAndStopAnswering(String... manifests) {
    bench.worker("one");
    serve();
    bench.targets.send(bench.targets.target("web", 1, manifests));
    bench.awaitApplied("web", 1);
    bench.fixture.stopAnswering(group, "v1");
  }

  /** Lets the cluster itself serve a kind of the group. */
  private void serve() {
    bench.fixture.cleanUp(
        () ->
            bench
                .fixture
                .client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("gadgets." + group)
                .delete());
    bench.defineKind(group, "Gadget");
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> bench.fixture.client().getApiResources(group + "/v1"),
            found -> found != null && !found.getResources().isEmpty());
  }

  private String gadget(String name) {
    return gadget(name, "size: 1");
  }

  private String gadget(String name, String spec) {
    return "{apiVersion: %s/v1, kind: Gadget, metadata: {name: %s}, spec: {%s}}"
        .formatted(group, name, spec);
  }

  /** Returns the only Gadget; null if there is none. */
  private @Nullable GenericKubernetesResource gadget() {
    return bench
        .fixture
        .client()
        .genericKubernetesResources(group + "/v1", "Gadget")
        .inNamespace(bench.namespace)
        .withName("g")
        .get();
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
    return Targets.withSource(
        bench.targets.target(application, 1),
        "chart",
        SourceType.HELM,
        List.of(
            new InputFile.Text(
                "chart/Chart.yaml", false, "{apiVersion: v2, name: c, version: 1.0.0}"),
            new InputFile.Text(
                "chart/templates/a.yaml",
                false,
                configMap(
                    application,
                    "{{ .Capabilities.APIVersions.Has `%s` }}".formatted(apiVersion)))));
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
