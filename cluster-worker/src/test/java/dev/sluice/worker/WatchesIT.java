package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The worker's watches: each stays open, whatever its objects contain. */
@Tag("kubernetes")
final class WatchesIT {

  private static final String BEYOND_ASCII = "Größe, 日本語, \u0627\u0644, \uD83D\uDE00";

  private final Bench bench = new Bench();
  private final Requests requests = new Requests();
  private final String suffix = UUID.randomUUID().toString().substring(0, 8);
  private final String ledgers =
      "/api/v1/namespaces/%s/configmaps".formatted(bench.systemNamespace);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void stayOpenWithTextBeyondAscii() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one", requests);
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(requests.watches())
                    .containsExactlyInAnyOrder(
                        ledgers,
                        "/api/v1/namespaces",
                        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"));

    for (int i = 0; i < 3; i++) {
      waitForNamespace("in-namespace-" + i, "sluice-test-%s-%d".formatted(suffix, i));
      waitForKind("of-kind-" + i, "Uniwake" + i);
      waitForLedger("of-ledger-" + i);
    }

    assertThat(requests.watches()).as("no watch was opened again").doesNotHaveDuplicates();
  }

  /** An application in a namespace that comes later. */
  private void waitForNamespace(String application, String namespace) {
    bench.targets.send(
        bench.targets.target(
            application,
            1,
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: %s}}"
                .formatted(namespace)));
    var unused = bench.awaitParked(application);

    bench.fixture.cleanUp(() -> bench.fixture.client().namespaces().withName(namespace).delete());
    bench
        .fixture
        .client()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToAnnotations("example.org/owner", BEYOND_ASCII)
                .endMetadata()
                .build())
        .serverSideApply();
    bench.awaitApplied(application, 1);
  }

  /** An application with an object of a kind that comes later. */
  private void waitForKind(String application, String kind) {
    String group = "wake-%s.example.org".formatted(suffix);
    bench.targets.send(
        bench.targets.target(
            application,
            1,
            "{apiVersion: %s/v1, kind: %s, metadata: {name: w}, spec: {}}".formatted(group, kind)));
    var unused = bench.awaitParked(application);

    bench.fixture.cleanUp(
        () ->
            bench
                .fixture
                .client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(kind.toLowerCase(java.util.Locale.ROOT) + "s." + group)
                .delete());
    bench.defineKind(
        group,
        kind,
        "spec: {type: object, description: '%s', x-kubernetes-preserve-unknown-fields: true}"
            .formatted(BEYOND_ASCII));
    bench.awaitApplied(application, 1);
  }

  /** An application whose ledger is deleted while others change with other text. */
  private void waitForLedger(String application) {
    bench.targets.send(bench.targets.target(application, 1, configMap(application, BEYOND_ASCII)));
    bench.awaitApplied(application, 1);
    bench
        .fixture
        .client()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(bench.systemNamespace)
                .withName(application)
                .endMetadata()
                .addToData("text", BEYOND_ASCII.repeat(2000))
                .build())
        .serverSideApply();

    String ledger = bench.ledgerName(application);
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.systemNamespace)
        .withName(ledger)
        .delete();
    await().atMost(Bench.PATIENCE).until(() -> bench.ledgers().contains(ledger));
  }
}
