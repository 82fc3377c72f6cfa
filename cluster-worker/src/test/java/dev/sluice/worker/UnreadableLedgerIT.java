package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ledger that cannot be used parks its application and affects no other. */
@Tag("kubernetes")
class UnreadableLedgerIT {

  private final Bench bench = new Bench();

  @BeforeEach
  void needsAServerThatReadsJson() {
    bench.fixture.assumeJsonOfBuiltInKinds();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private enum Damage {
    NO_JSON,
    NULL,
    NO_KEY,
    UNKNOWN_PHASE,
    OTHER_APPLICATION,
    GARBAGE,
    OTHER_INSTALLATION,
    NO_LABELS;

    FailureCode code() {
      return switch (this) {
        case NO_KEY, GARBAGE, NO_LABELS -> ApplyFailure.LEDGER_UNREADABLE;
        case OTHER_INSTALLATION -> ApplyFailure.LEDGER_FOREIGN;
        case NO_JSON, NULL, UNKNOWN_PHASE, OTHER_APPLICATION -> ApplyFailure.LEDGER_FORGED;
      };
    }

    ConfigMap of(ConfigMap ledger) {
      String content = ledger.getData().get("ledger");
      switch (this) {
        case NO_JSON -> ledger.setData(Map.of("ledger", "{"));
        case NULL -> ledger.setData(Map.of("ledger", "null"));
        case NO_KEY -> ledger.setData(Map.of("other", content));
        case UNKNOWN_PHASE ->
            ledger.setData(Map.of("ledger", content.replace("\"DONE\"", "\"MELTED\"")));
        case OTHER_APPLICATION ->
            ledger.setData(Map.of("ledger", content.replace("\"web\"", "\"other\"")));
        case GARBAGE -> {
          ledger.setData(Map.of());
          ledger.setBinaryData(Map.of("ledger", "AAAA"));
        }
        case OTHER_INSTALLATION ->
            ledger.getMetadata().getLabels().put("sluice.dev/installation", "another");
        case NO_LABELS -> ledger.getMetadata().setLabels(Map.of());
      }
      return ledger;
    }
  }

  @ParameterizedTest
  @EnumSource
  void parksOnlyItsApplicationWhenASessionBeginsAndIsUsedAgainOnceRepaired(Damage damage) {
    ClusterWorker first = bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("gone", "first")),
        bench.targets.target("other", 1, configMap("b", "first")));
    bench.awaitApplied("web", 1);
    bench.awaitApplied("other", 1);
    first.close();
    ConfigMap good = ledger();
    edit(damage::of);

    ClusterWorker second = bench.worker("two");
    bench.targets.send(
        bench.targets.target("web", 2, configMap("a", "second")),
        bench.targets.target("other", 2, configMap("b", "second")));
    bench.awaitApplied("other", 2);
    DeadLetterEvent.Opened opened = awaitOpened();

    assertThat(second.status()).isEqualTo(WorkerStatus.LEADING);
    assertThat(opened.entry()).isEqualTo(new DeadLetterId("test/web/2"));
    assertThat(opened.failure().code()).isEqualTo(damage.code());
    assertThat(opened.failure().message())
        .contains(bench.systemNamespace + "/" + good.getMetadata().getName())
        .contains("kubectl delete configmap");
    assertThat(bench.value("a")).contains("first");
    assertThat(bench.value("gone")).as("nothing of it is deleted").contains("first");

    edit(
        map -> {
          map.getMetadata().setLabels(good.getMetadata().getLabels());
          map.setData(good.getData());
          map.setBinaryData(Map.of());
          return map;
        });
    bench.awaitApplied("web", 2);
    awaitClosed(opened);
    assertThat(bench.value("gone")).as("pruned by the inventory").isEmpty();
  }

  @Test
  void isCountedInTheMetrics() throws Exception {
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    edit(Damage.NO_LABELS::of);

    WorkerMetricsIT.awaitLines(
        worker,
        "sluice_worker_unreadable_ledgers{cause=\"LedgerUnreadable\",cluster=\"test\"} 1.0");
  }

  @Test
  void isNoticedWhileTheWorkerLeadsAndItsDeletionAppliesTheApplicationAgain() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("gone", "first")));
    bench.awaitApplied("web", 1);

    edit(Damage.NO_JSON::of);
    DeadLetterEvent.Opened opened = awaitOpened();
    assertThat(opened.entry()).isEqualTo(new DeadLetterId("test/web/1"));
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> bench.results.all(DeadLetterEvent.Opened.class).size() == 2);

    bench.fixture.client().resource(ledger()).delete();
    bench.awaitApplied("web", 2);
    awaitClosed(bench.results.all(DeadLetterEvent.Opened.class).getLast());
    // the inventory is lost: the sweep finds the application's undesired objects by labels
    await().atMost(Bench.PATIENCE).until(() -> bench.value("gone").isEmpty());
    assertThat(bench.value("a")).contains("second");
  }

  @Test
  void anUnreadableLedgerHoldsTheRemovalOfItsApplication() {
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    ConfigMap good = ledger();
    edit(Damage.UNKNOWN_PHASE::of);
    awaitOpened();

    bench.targets.send(bench.targets.removal("web", 2, false));
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .anyMatch(parked -> parked.subject().generation().value() == 2));
    assertThat(bench.value("a")).contains("first");

    edit(
        map -> {
          map.setData(good.getData());
          return map;
        });
    await().atMost(Bench.PATIENCE).until(() -> bench.value("a").isEmpty());
  }

  private ConfigMap ledger() {
    return bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.systemNamespace)
        .withName(bench.ledgerName("web"))
        .require();
  }

  private void edit(UnaryOperator<ConfigMap> change) {
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.systemNamespace)
        .withName(bench.ledgerName("web"))
        .edit(change);
  }

  private DeadLetterEvent.Opened awaitOpened() {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> bench.results.all(DeadLetterEvent.Opened.class).stream().findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private void awaitClosed(DeadLetterEvent.Opened opened) {
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () -> assertThat(closed()).as("closed").contains(opened.entry() + " SUCCEEDED"));
  }

  private List<String> closed() {
    return bench.results.all(DeadLetterEvent.Closed.class).stream()
        .map(closed -> closed.entry() + " " + closed.reason())
        .toList();
  }
}
