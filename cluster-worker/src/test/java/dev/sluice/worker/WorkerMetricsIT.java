package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.worker.api.ClusterApi;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The metrics of a worker at {@code /metrics}. */
@Tag("kubernetes")
class WorkerMetricsIT {

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void countsTheResultsOfTargetsAndTheirDurations() throws Exception {
    ClusterWorker worker = leading(bench.worker("one"));
    bench.targets.send(bench.targets.target("good", 1, configMap("a", "first")));
    bench.targets.send(bench.targets.target("bad", 1, configMap("Not_A_Name", "x")));

    awaitLines(
        worker,
        "sluice_worker_leading{cluster=\"test\"} 1.0",
        "sluice_worker_ready{cluster=\"test\"} 1.0",
        "sluice_worker_lag{cluster=\"test\"} 0.0",
        "sluice_worker_unreachable{cluster=\"test\"} 0.0",
        "sluice_worker_applications{cluster=\"test\",state=\"idle\"} 1.0",
        "sluice_worker_applications{cluster=\"test\",state=\"parked\"} 1.0",
        "sluice_worker_results_total{cluster=\"test\",type=\"applied\"} 1.0",
        "sluice_worker_change_to_applied_seconds_count{cluster=\"test\"} 1",
        "sluice_worker_step_seconds_count{cluster=\"test\",step=\"render\"} 1",
        "sluice_worker_step_seconds_count{cluster=\"test\",step=\"apply\"} 1",
        "sluice_worker_fenced_total{cluster=\"test\"} 0.0",
        "sluice_worker_swept_objects_total{cluster=\"test\"} 0.0");
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(metrics(worker))
                    .containsPattern(
                        "sluice_worker_parked_total\\{cause=\"Invalid\",cluster=\"test\"} [1-9]"));
    // reported by the webhook and applied a moment later: not in the bucket of hours
    assertThat(metrics(worker))
        .contains("sluice_worker_change_to_applied_seconds_bucket{cluster=\"test\",le=\"60.0\"} 1");
  }

  @Test
  void anApplyThatRestoresLostObjectsIsNotTimedAsNew() {
    ClusterWorker worker = leading(bench.worker("one"));
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.systemNamespace)
        .withName(bench.ledgers().getFirst())
        .delete();
    bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("a").delete();
    bench.awaitValue("a", "first");

    awaitLines(
        worker,
        "sluice_worker_results_total{cluster=\"test\",type=\"applied\"} 2.0",
        "sluice_worker_step_seconds_count{cluster=\"test\",step=\"apply\"} 2",
        "sluice_worker_change_to_applied_seconds_count{cluster=\"test\"} 1");
  }

  @Test
  void anUnreachableClusterIsSeenInTheRetries() {
    Away away = new Away();
    ClusterWorker worker = leading(bench.worker("one", away));
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);

    away.broken = true;
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(metrics(worker))
                    .containsPattern(
                        "sluice_worker_retries_total\\{cause=\"\\w+\",cluster=\"test\"} [1-9]"));
    away.broken = false;
    bench.awaitApplied("web", 2);
    awaitLines(worker, "sluice_worker_change_to_applied_seconds_count{cluster=\"test\"} 2");
  }

  @Test
  void anOlderLogIsSeenInTheFences() {
    ClusterWorker first = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    bench.awaitApplied("web", 2);
    first.close();

    KafkaConnection recreated = KafkaFixture.provisioned(1);
    try (Targets targets = new Targets(recreated, bench.cluster, bench.namespace)) {
      targets.createTopic();
      targets.send(targets.target("web", 1, configMap("a", "first")));
      ClusterWorker second = bench.worker("two", recreated);

      awaitLines(second, "sluice_worker_fenced_total{cluster=\"test\"} 1.0");
    }
    assertThat(bench.value("a")).contains("second");
    assertThat(bench.results.all(ResultEvent.Fenced.class))
        .as("reported in the other log")
        .isEmpty();
  }

  @Test
  void orphansOfAFencedWorkerAreCountedBySweeps() {
    ClusterWorker worker = leading(bench.worker("one"));
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    ConfigMap own = bench.object("a").orElseThrow();
    bench
        .fixture
        .client()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName("left-over")
                .withLabels(own.getMetadata().getLabels())
                .withAnnotations(own.getMetadata().getAnnotations())
                .endMetadata()
                .build())
        .fieldManager(ClusterApi.FIELD_MANAGER)
        .serverSideApply(); // Kubernetes 1.20 may panic on labels that are created as JSON

    awaitLines(worker, "sluice_worker_swept_objects_total{cluster=\"test\"} 1.0");
    assertThat(bench.object("left-over")).isEmpty();
  }

  /** Answers no writes of objects while it is broken. */
  private static final class Away implements Interceptor {

    private volatile boolean broken;

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      boolean isWrite = !request.method().equals("GET");
      if (broken && isWrite && request.uri().getPath().endsWith("/configmaps/a")) {
        builder.uri(URI.create("http://127.0.0.1:1" + request.uri().getPath()));
      }
    }
  }

  /**
   * Waits until the worker leads: targets sent earlier, to a cluster without their ledger, may have
   * been applied before.
   */
  private static ClusterWorker leading(ClusterWorker worker) {
    await().atMost(Bench.PATIENCE).until(() -> worker.status() == WorkerStatus.LEADING);
    return worker;
  }

  static void awaitLines(ClusterWorker worker, String... lines) {
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(() -> assertThat(metrics(worker).lines()).contains(lines));
  }

  private static String metrics(ClusterWorker worker) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri =
          URI.create("http://localhost:%d/metrics".formatted(worker.healthPort().orElseThrow()));
      return client
          .send(
              java.net.http.HttpRequest.newBuilder(uri).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
