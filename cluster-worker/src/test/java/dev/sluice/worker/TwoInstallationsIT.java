package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.worker.ledger.LedgerNames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two installations in one cluster and one system namespace, with applications of the same name.
 */
@Tag("kubernetes")
class TwoInstallationsIT {

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void haveGenerationsInventoriesAndSweepsOfTheirOwn() {
    KafkaConnection log = KafkaFixture.provisioned(1);
    bench.worker("one");
    try (Targets others = new Targets(log, bench.cluster, bench.namespace);
        Results results = new Results(log)) {
      others.createTopic();
      bench.workerOf(new LedgerNames(bench.systemNamespace, "blue"), log);
      bench.targets.send(
          bench.targets.target("web", 7, configMap("a", "first"), configMap("gone", "first")));
      bench.awaitApplied("web", 7);
      others.send(others.target("web", 1, configMap("b", "blue"), configMap("blue-gone", "blue")));
      bench.awaitValue("b", "blue");

      // a lower generation of the other installation has no predecessor
      others.send(others.target("web", 2, configMap("b", "blue two")));
      bench.awaitValue("b", "blue two");
      await().atMost(Bench.PATIENCE).until(() -> bench.value("blue-gone").isEmpty());
      assertThat(bench.value("a")).contains("first");
      assertThat(bench.value("gone")).contains("first");

      bench.targets.send(bench.targets.target("web", 8, configMap("a", "second")));
      bench.awaitApplied("web", 8);
      await().atMost(Bench.PATIENCE).until(() -> bench.value("gone").isEmpty());
      assertThat(bench.value("b")).contains("blue two");

      // both sweep every second, and find no orphans of each other
      others.send(others.removal("web", 3, false));
      await().atMost(Bench.PATIENCE).until(() -> bench.value("b").isEmpty());
      assertThat(bench.value("a")).contains("second");
      assertThat(bench.results.all(ResultEvent.Swept.class)).isEmpty();
      assertThat(results.all(ResultEvent.Swept.class)).isEmpty();
      assertThat(bench.ledgers())
          .containsExactlyInAnyOrder(bench.ledgerName("web"), "sluice-ledger.blue.web");
    }
  }

  @Test
  void anObjectOfTheOtherInstallationIsRefusedUntilItIsReleased() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    KafkaConnection log = KafkaFixture.provisioned(1);
    bench.worker("one");
    try (Targets others = new Targets(log, bench.cluster, bench.namespace);
        Results results = new Results(log)) {
      others.createTopic();
      bench.workerOf(new LedgerNames(bench.systemNamespace, "blue"), log);
      bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
      bench.awaitApplied("web", 1);

      others.send(others.target("web", 1, configMap("a", "blue"), configMap("b", "blue")));

      Failure failure =
          await()
              .atMost(Bench.PATIENCE)
              .until(() -> results.all(ResultEvent.Parked.class), found -> !found.isEmpty())
              .getFirst()
              .failure();
      assertThat(failure.code()).isEqualTo(ApplyFailure.OWNED_BY_ANOTHER);
      assertThat(failure.message())
          .contains(
              "another installation of Sluice (%s, application web)"
                  .formatted(bench.installation()));
      assertThat(bench.value("a")).contains("first");
      assertThat(bench.value("b")).isEmpty();

      bench.targets.send(bench.targets.removal("web", 2, true));
      bench.awaitValue("a", "blue");
      bench.awaitValue("b", "blue");
    }
  }

  @Test
  void installationsWithTheSameIdInTwoNamespacesDoNotSweepEachOther() {
    Requests requests = new Requests();
    KafkaConnection log = KafkaFixture.provisioned(1);
    bench.worker("one", requests);
    bench.targets.send(bench.targets.target("web", 7, configMap("a", "first")));
    bench.awaitApplied("web", 7);
    try (Targets others = new Targets(log, bench.cluster, bench.namespace);
        Results results = new Results(log)) {
      others.createTopic();
      bench.workerOf(new LedgerNames(bench.fixture.namespace(), bench.installation()), log);
      // an older generation than in the other installation's ledger, of an object that the ledger
      // does not have
      others.send(others.target("web", 1, configMap("b", "theirs")));
      bench.awaitValue("b", "theirs");

      requests.clear();
      await()
          .atMost(Bench.PATIENCE)
          .until(
              () -> requests.all().stream().filter("GET /api/v1/configmaps"::equals).count() >= 4);

      assertThat(bench.value("b")).contains("theirs");
      assertThat(bench.results.all(ResultEvent.Swept.class)).isEmpty();
      assertThat(results.all(ResultEvent.Swept.class)).isEmpty();
    }
  }
}
