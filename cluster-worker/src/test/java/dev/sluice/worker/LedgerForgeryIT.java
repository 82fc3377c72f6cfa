package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.failure.ApplyFailure;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ledgers written by someone who may write ConfigMaps, but cannot read the key. */
@Tag("kubernetes")
class LedgerForgeryIT {

  private final Bench bench = new Bench();

  @BeforeEach
  void needsAServerThatReadsJson() {
    bench.fixture.assumeJsonOfBuiltInKinds();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aForgedGenerationDoesNotDelayAnApplicationUnnoticed() {
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.targets.send(bench.targets.target("other", 1, configMap("b", "first")));
    bench.awaitApplied("web", 1);
    bench.awaitApplied("other", 1);

    ConfigMap forged = ledger("web");
    forged.setData(
        Map.of(
            "ledger",
            forged.getData().get("ledger").replace("\"generation\":1", "\"generation\":1000000")));
    replace(forged);

    assertThat(awaitOpened("test/web/1").failure().code()).isEqualTo(ApplyFailure.LEDGER_FORGED);
    WorkerMetricsIT.awaitLines(
        worker, "sluice_worker_unreadable_ledgers{cause=\"LedgerForged\",cluster=\"test\"} 1.0");
    bench.targets.send(bench.targets.target("other", 2, configMap("b", "second")));
    bench.awaitApplied("other", 2);
  }

  @Test
  void aLedgerOfAnotherApplicationIsNotValidUnderThisName() {
    bench.worker("one");
    bench.targets.send(bench.targets.target("other", 1, configMap("b", "first")));
    bench.awaitApplied("other", 1);
    ConfigMap others = ledger("other");
    bench
        .fixture
        .client()
        .resource(
            new ConfigMapBuilder(others)
                .withNewMetadata()
                .withName(bench.ledgerName("web"))
                .withNamespace(bench.systemNamespace)
                .withLabels(others.getMetadata().getLabels())
                .addToLabels("sluice.dev/application", "web")
                .withAnnotations(others.getMetadata().getAnnotations())
                .endMetadata()
                .build())
        .create();

    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));

    assertThat(awaitOpened("test/web/1").failure().code()).isEqualTo(ApplyFailure.LEDGER_FORGED);
    assertThat(bench.value("a")).isEmpty();
    assertThat(bench.value("b")).contains("first");
  }

  @Test
  void anOlderLedgerThatIsPutBackIsCaughtUpFromTheLog() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("b", "first")));
    bench.awaitApplied("web", 1);
    await().atMost(Bench.PATIENCE).until(() -> content("web").contains("\"DONE\""));
    ConfigMap old = ledger("web");
    bench.targets.send(bench.targets.target("web", 2, configMap("c", "second")));
    bench.awaitApplied("web", 2);
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> content("web").contains("\"DONE\"") && content("web").contains("\"c\""));

    old.getMetadata().setResourceVersion(null);
    replace(old);

    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                content("web").contains("\"generation\":2") && content("web").contains("\"DONE\""));
    assertThat(content("web")).contains("\"c\"").doesNotContain("\"b\"");
    assertThat(bench.value("c")).contains("second");
  }

  private ConfigMap ledger(String application) {
    return bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.systemNamespace)
        .withName(bench.ledgerName(application))
        .require();
  }

  private String content(String application) {
    return ledger(application).getData().get("ledger");
  }

  private void replace(ConfigMap ledger) {
    bench.fixture.client().resource(ledger).update();
  }

  private DeadLetterEvent.Opened awaitOpened(String entry) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(DeadLetterEvent.Opened.class).stream()
                    .filter(opened -> opened.entry().value().equals(entry))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }
}
