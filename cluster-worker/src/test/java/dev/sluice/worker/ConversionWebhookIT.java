package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.json.Json;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Custom resources whose conversion webhook comes with them, and does not answer while its own
 * objects are applied. Needs a real API server, which reaches this machine's loopback address.
 */
@Tag("kubernetes")
final class ConversionWebhookIT {

  private final Bench bench = new Bench();
  private final String group = bench.namespace + ".example.org";

  @TempDir private Path temporary;

  private WebhookServer server;
  private ClusterWorker worker;

  @BeforeEach
  void open() throws Exception {
    assumeFalse(bench.fixture.isSimulated(), "the simulated cluster calls no webhooks");
    bench.fixture.assumeJsonOfBuiltInKinds();
    server = new WebhookServer(temporary, ConversionWebhookIT::convert);
    worker = bench.worker("one");
  }

  @AfterEach
  void close() {
    if (worker != null) {
      worker.close(); // it would create the definition again
    }
    if (server != null) {
      var definition =
          bench
              .fixture
              .client()
              .apiextensions()
              .v1()
              .customResourceDefinitions()
              .withName("widgets." + group);
      if (definition.get() != null) {
        // objects that nobody can convert keep the cluster from deleting any namespace
        var unusedDefinition =
            definition.patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\": {\"conversion\": {\"strategy\": \"None\", \"webhook\": null}}}");
        var unused = definition.delete();
        await().atMost(Bench.PATIENCE).until(() -> definition.get() == null);
      }
      server.close();
    }
    bench.close();
  }

  @Test
  void theRestIsAppliedUntilTheWebhookAnswers() throws Exception {
    server.stop();

    send(1, definition(), widget("w", "1"), configMap("server", "1"));
    bench.awaitValue("server", "1");
    awaitRetries();
    server.start();

    bench.awaitApplied("shop", 1);
    assertThat(size("w")).contains("1");
    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
  }

  @Test
  void aChangeThatMendsTheWebhookIsAppliedWithoutIt() throws Exception {
    send(1, definition(), widget("w", "1"), configMap("server", "1"));
    bench.awaitApplied("shop", 1);
    server.stop();

    send(2, definition(), widget("w", "2"), widget("new", "2"), configMap("server", "2"));
    bench.awaitValue("server", "2");
    awaitRetries();
    server.start();

    bench.awaitApplied("shop", 2);
    assertThat(size("w")).contains("2");
    assertThat(size("new")).contains("2");
    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
  }

  @Test
  void objectsThatWereThereBeforeDoNotStopTheRest() throws Exception {
    send(1, definition());
    bench.awaitApplied("shop", 1);
    bench.fixture.client().resource(widget("w", "0")).inNamespace(bench.namespace).create();
    server.stop();

    send(2, definition(), widget("w", "2"), configMap("server", "2"));
    bench.awaitValue("server", "2");
    awaitRetries();
    server.start();

    bench.awaitApplied("shop", 2);
    assertThat(size("w")).contains("2");
  }

  @Test
  void theRemovalWaitsForTheWebhook() throws Exception {
    send(1, definition(), widget("w", "1"), configMap("server", "1"));
    bench.awaitApplied("shop", 1);
    server.stop();

    bench.targets.send(bench.targets.removal("shop", 2, false));
    awaitRetries();
    assertThat(bench.value("server")).as("what the conversion may need").contains("1");
    server.start();

    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
    assertThat(bench.value("server")).isEmpty();
  }

  private void send(long generation, String... manifests) {
    bench.targets.send(bench.targets.target("shop", generation, manifests));
  }

  private void awaitRetries() {
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Retrying.class).stream()
                    .map(ResultEvent.Retrying::failure)
                    .anyMatch(
                        failure ->
                            failure.code().equals(ApplyFailure.WEBHOOK_UNAVAILABLE)
                                && failure.message().contains("conversion webhook for")
                                && !failure.message().contains("corrupt")));
  }

  private Optional<String> size(String name) {
    GenericKubernetesResource live =
        bench
            .fixture
            .client()
            .genericKubernetesResources(group + "/v2", "Widget")
            .inNamespace(bench.namespace)
            .withName(name)
            .get();
    return Optional.ofNullable(live).map(widget -> widget.get("spec", "size"));
  }

  private String widget(String name, String size) {
    return """
    apiVersion: %s/v2
    kind: Widget
    metadata: {name: %s}
    spec: {size: "%s"}
    """
        .formatted(group, name, size);
  }

  /** Returns a definition whose objects are stored in another version than they are applied in. */
  private String definition() throws Exception {
    return """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.%1$s}
    spec:
      group: %1$s
      scope: Namespaced
      names: {kind: Widget, plural: widgets}
      conversion:
        strategy: Webhook
        webhook:
          conversionReviewVersions: [v1]
          clientConfig: {url: "https://127.0.0.1:%2$d/", caBundle: %3$s}
      versions:
      - &version
        name: v1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            properties: {spec: {type: object, properties: {size: {type: string}}}}
      - <<: *version
        name: v2
        storage: false
    """
        .formatted(group, server.port(), server.authority());
  }

  /** Returns the objects with another version, which is all that the versions differ in. */
  private static JsonNode convert(JsonNode asked) {
    JsonNode request = asked.path("request");
    ObjectNode review = Json.mapper().createObjectNode();
    review.put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "ConversionReview");
    ObjectNode response = review.putObject("response");
    response.put("uid", request.path("uid").asText());
    response.putObject("result").put("status", "Success");
    ArrayNode converted = response.putArray("convertedObjects");
    for (JsonNode object : request.path("objects")) {
      ObjectNode other = object.deepCopy();
      other.set("apiVersion", request.path("desiredAPIVersion"));
      converted.add(other);
    }
    return review;
  }
}
