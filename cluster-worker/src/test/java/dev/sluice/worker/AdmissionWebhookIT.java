package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.json.Json;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Admission webhooks of the same application. The simulated cluster calls none, so a real one is
 * needed, whose API server reaches this machine's loopback address.
 */
@Tag("kubernetes")
final class AdmissionWebhookIT {

  private static final String PATCH =
      Base64.getEncoder()
          .encodeToString(
              "[{\"op\": \"add\", \"path\": \"/data/added\", \"value\": \"by-webhook\"}]"
                  .getBytes(UTF_8));

  private final Bench bench = new Bench();
  private final AtomicInteger called = new AtomicInteger();

  @TempDir private Path temporary;

  private WebhookServer server;

  /** The webhook's answers. */
  private volatile Answer answer = review -> {};

  /** Completes the response of an admission review, which allows the request. */
  interface Answer {
    void to(ObjectNode response) throws InterruptedException;
  }

  @BeforeEach
  void open() throws Exception {
    assumeFalse(bench.fixture.isSimulated(), "the simulated cluster calls no webhooks");
    bench.fixture.assumeJsonOfBuiltInKinds();
    server = new WebhookServer(temporary, this::review);
    bench.worker("one");
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
      for (String kind : new String[] {"Validating", "Mutating"}) {
        bench
            .fixture
            .client()
            .genericKubernetesResources(
                "admissionregistration.k8s.io/v1", kind + "WebhookConfiguration")
            .withName(bench.namespace)
            .delete();
      }
    }
    bench.close();
  }

  @Test
  void theFirstSyncDoesNotNeedItsOwnWebhook() throws Exception {
    server.stop();

    send(1, configuration("Validating", 5), configMap("a", "1"), configMap("b", "1"));
    bench.awaitApplied("shop", 1);

    assertThat(bench.value("a")).contains("1");
    assertThat(bench.value("b")).contains("1");
  }

  @Test
  void aChangeWaitsForAWebhookThatDoesNotAnswerYet() throws Exception {
    send(1, configuration("Validating", 5), configMap("a", "1"));
    bench.awaitApplied("shop", 1);
    awaitCalls(); // in force, since a change is asked about
    server.stop();

    send(2, configuration("Validating", 5), configMap("a", "2"));
    Failure failure =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () -> bench.results.all(ResultEvent.Retrying.class), retried -> !retried.isEmpty())
            .getFirst()
            .failure();
    assertThat(failure.message()).contains("failed calling webhook");
    assertThat(bench.value("a")).contains("1");

    server.start();
    bench.awaitApplied("shop", 2);
    assertThat(bench.value("a")).contains("2");
    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
  }

  @Test
  void aWebhookThatIsTooSlowIsRetried() throws Exception {
    CountDownLatch quicker = new CountDownLatch(1);
    send(1, configuration("Validating", 1), configMap("a", "1"));
    bench.awaitApplied("shop", 1);
    awaitCalls();
    answer = _ -> quicker.await();

    send(2, configuration("Validating", 1), configMap("a", "2"));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Retrying.class).isEmpty());
    quicker.countDown();

    bench.awaitApplied("shop", 2);
    assertThat(bench.value("a")).contains("2");
  }

  @Test
  void aRefusalParksTheApplicationWithTheWebhooksWords() throws Exception {
    send(1, configuration("Validating", 5), configMap("a", "1"));
    bench.awaitApplied("shop", 1);
    awaitCalls();
    answer =
        response -> {
          response.put("allowed", false);
          response.putObject("status").put("code", 403).put("message", "no changes on Fridays");
        };

    send(2, configuration("Validating", 5), configMap("a", "2"), configMap("b", "2"));

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.message()).contains("no changes on Fridays", "denied the request");
    assertThat(bench.value("a")).contains("1");
  }

  @Test
  void whatAWebhookAddsIsNoDifference() throws Exception {
    send(1, configuration("Mutating", 5), configMap("a", "1"));
    bench.awaitApplied("shop", 1);
    awaitCalls();
    answer = response -> response.put("patchType", "JSONPatch").put("patch", PATCH);

    send(2, configuration("Mutating", 5), configMap("a", "2"));
    bench.awaitApplied("shop", 2);

    assertThat(bench.object("a").orElseThrow().getData()).containsEntry("added", "by-webhook");
    assertThat(new Questions(bench).ask("shop").differences()).isEmpty();
  }

  @Test
  void theRemovalDeletesTheWebhookFirst() throws Exception {
    send(1, configuration("Validating", 5), configMap("a", "1"));
    bench.awaitApplied("shop", 1);
    awaitCalls();
    server.stop();

    bench.targets.send(bench.targets.removal("shop", 2, false));

    await().atMost(Bench.PATIENCE).until(() -> bench.value("a").isEmpty());
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
  }

  private void send(long generation, String... manifests) {
    bench.targets.send(bench.targets.target("shop", generation, manifests));
  }

  /** Waits until the API server calls the webhook, by changes of another ConfigMap. */
  private void awaitCalls() {
    AtomicInteger number = new AtomicInteger();
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> {
              var unused =
                  bench
                      .fixture
                      .client()
                      .resource(configMap("probe", "" + number.incrementAndGet()))
                      .inNamespace(bench.namespace)
                      .serverSideApply();
              return called.get() > 0;
            });
  }

  /** Returns a configuration that has the webhook asked about ConfigMaps, unless it is Sluice's. */
  private String configuration(String kind, int seconds) throws Exception {
    return """
    apiVersion: admissionregistration.k8s.io/v1
    kind: %1$sWebhookConfiguration
    metadata: {name: %2$s}
    webhooks:
    - name: webhook.example.org
      admissionReviewVersions: [v1]
      sideEffects: None
      failurePolicy: Fail
      timeoutSeconds: %3$d
      namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %2$s}}
      matchConditions:
      - {name: of-applications, expression: "!object.metadata.name.startsWith('sluice-')"}
      rules:
      - {apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE, UPDATE]}
      clientConfig: {url: "https://127.0.0.1:%4$d/", caBundle: %5$s}
    """
        .formatted(kind, bench.namespace, seconds, server.port(), server.authority());
  }

  private JsonNode review(JsonNode asked) throws InterruptedException {
    ObjectNode review = Json.mapper().createObjectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode response = review.putObject("response");
    response.put("uid", asked.path("request").path("uid").asText()).put("allowed", true);
    called.incrementAndGet();
    answer.to(response);
    return review;
  }
}
