package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.worker.report.Reporter;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kubernetes")
class ClusterWorkerIT {

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void appliesTheLogToTheCluster() {
    bench.worker("one");

    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("b", "first")));
    bench.awaitValue("a", "first");
    ResultEvent.Applied created = bench.awaitApplied("web", 1);
    bench.targets.send(
        bench.targets.target("web", 2, configMap("a", "second"), configMap("c", "first")));
    bench.awaitValue("a", "second");
    ResultEvent.Applied changed = bench.awaitApplied("web", 2);

    assertThat(created.changes()).extracting(ObjectChange::action).containsOnly(Action.CREATED);
    assertThat(changed.changes())
        .extracting(change -> change.object().name() + " " + change.action())
        .containsExactly("a CONFIGURED", "c CREATED", "b DELETED");
    assertThat(bench.value("b")).isEmpty();
    assertThat(bench.object("a").orElseThrow().getMetadata().getAnnotations())
        .containsEntry("sluice.dev/generation", "2");
    assertThat(bench.results.all(ResultEvent.Planned.class)).hasSize(2);
    assertThat(changed.renderer()).contains("plain");
  }

  @Test
  void sendsNothingForUnchangedObjects() {
    Requests requests = new Requests();
    bench.worker("one", requests);
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("b", "first")));
    bench.awaitApplied("web", 1);
    requests.clear();

    bench.targets.send(
        bench.targets.target("web", 2, configMap("a", "first"), configMap("b", "second")));
    bench.awaitApplied("web", 2);
    List<String> ofOne = requests.aboutObjects(bench.namespace);
    int writes = requests.writes().size();
    bench.targets.send(
        bench.targets.target("web", 3, configMap("a", "first"), configMap("b", "second")));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Unchanged.class).isEmpty());

    assertThat(bench.results.all(ResultEvent.Unchanged.class).getFirst().renderer())
        .contains("plain");
    assertThat(ofOne).extracting(line -> line.substring(0, 3)).containsExactly("PAT");
    assertThat(ofOne).allMatch(line -> line.endsWith("/configmaps/b"));
    assertThat(writes).as("intent, object, done").isEqualTo(3);
    assertThat(requests.aboutObjects(bench.namespace)).isEqualTo(ofOne);
  }

  @Test
  void parksARefusedTargetAndRecoversWithTheNextGoodGeneration() {
    bench.worker("one");
    String bad =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: Not_A_Name
        """;
    bench.targets.send(bench.targets.target("bad", 1, configMap("a", "first"), bad));
    bench.targets.send(bench.targets.target("good", 1, configMap("b", "first")));

    bench.awaitApplied("good", 1);
    DeadLetterEvent.Opened opened =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () -> bench.results.all(DeadLetterEvent.Opened.class).stream().findFirst(),
                Optional::isPresent)
            .orElseThrow();
    bench.targets.send(bench.targets.target("bad", 2, configMap("a", "second")));
    bench.awaitApplied("bad", 2);

    assertThat(opened.entry()).isEqualTo(new DeadLetterId("test/bad/1"));
    assertThat(opened.failure().code()).isEqualTo(ApplyFailure.INVALID);
    assertThat(opened.failure().object().orElseThrow().name()).isEqualTo("Not_A_Name");
    assertThat(opened.failure().message()).startsWith("bad/001.yaml, document 1 (line 1): ");
    assertThat(bench.value("a")).contains("second");
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(bench.results.all(DeadLetterEvent.Closed.class))
                    .containsExactly(
                        new DeadLetterEvent.Closed(
                            new DeadLetterId("test/bad/1"),
                            "test/bad",
                            DeadLetterEvent.Closed.Reason.SUCCEEDED,
                            2)));
  }

  @Test
  void saysWhereAnUnknownFieldIs() {
    bench.worker("one");
    String misspelt =
        """
        # a comment
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: web
        spec:
          prots: [{port: 80}]
        """;
    bench.targets.send(
        bench.targets.target("bad", 1, misspelt, configMap("first", "of the kinds' order")));

    DeadLetterEvent.Opened opened =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () -> bench.results.all(DeadLetterEvent.Opened.class).stream().findFirst(),
                Optional::isPresent)
            .orElseThrow();

    assertThat(opened.failure().message()).startsWith("bad/000.yaml, line 8: spec.prots: ");
    assertThat(bench.value("first")).as("what stands before it in the commit").isEmpty();
  }

  @Test
  void aResyncRewritesEveryObject() {
    bench.worker("one");
    SyncEvent.Target target = bench.targets.target("web", 1, configMap("a", "first"));
    bench.targets.send(target);
    bench.awaitApplied("web", 1);
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName("a")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"data\":{\"key\":\"by hand\"}}");

    bench.targets.send(Targets.again(target, 2));

    bench.awaitApplied("web", 2);
    assertThat(bench.value("a")).contains("first");
  }

  @Test
  void continuesAfterALateRivalFencedItsReporter() {
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);

    // a worker that led for a moment, was suspended, and resumes long after it was replaced
    Reporter.open(bench.kafka, bench.cluster, _ -> {}, _ -> {}, Clock.systemUTC()).close();
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));

    bench.awaitApplied("web", 2);
    assertThat(bench.value("a")).contains("second");
    assertThat(bench.results.all(ResultEvent.WorkerHello.class)).hasSize(2);
  }

  @Test
  void closesAnEntryThatAPredecessorOpened() {
    ClusterWorker first = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, "not: [a manifest"));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(DeadLetterEvent.Opened.class).isEmpty());
    await().atMost(Bench.PATIENCE).until(() -> bench.ledgers().contains(bench.ledgerName("web")));
    first.close();

    bench.worker("two");
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "first")));

    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(DeadLetterEvent.Closed.class).isEmpty());
    assertThat(bench.results.all(DeadLetterEvent.Opened.class)).hasSize(1);
  }

  @Test
  void holdsAGenerationThatWouldDeleteTooMuch() {
    bench.worker("one");
    String[] many =
        IntStream.range(0, 6).mapToObj(i -> configMap("m" + i, "x")).toArray(String[]::new);
    bench.targets.send(bench.targets.target("web", 1, many));
    bench.awaitApplied("web", 1);

    bench.targets.send(bench.targets.target("web", 2, many[0]));

    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .anyMatch(parked -> parked.failure().code() == ApplyFailure.PRUNE_LIMIT));
    assertThat(bench.value("m5")).contains("x");
  }

  @Test
  void aRemovalLeavesATombstone() {
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);

    bench.targets.send(bench.targets.removal("web", 2, false));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
    // a late record of a fenced dispatcher
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "late")));
    bench.targets.send(bench.targets.target("other", 1, configMap("b", "first")));
    bench.awaitApplied("other", 1);

    assertThat(bench.value("a")).isEmpty();
  }

  @Test
  void handsAnObjectOverBetweenApplicationsOfOneBatch() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("from", 1, configMap("moving", "x"), configMap("a", "x")),
        bench.targets.target("to", 1, configMap("b", "x")));
    bench.awaitApplied("from", 1);
    bench.awaitApplied("to", 1);
    String uid = bench.object("moving").orElseThrow().getMetadata().getUid();

    bench.targets.send(
        Targets.inBatch(bench.targets.target("from", 2, configMap("a", "x")), "move", 2),
        Targets.inBatch(
            bench.targets.target("to", 2, configMap("moving", "y"), configMap("b", "x")),
            "move",
            2));
    bench.awaitApplied("from", 2);
    bench.awaitApplied("to", 2);

    var moved = bench.object("moving").orElseThrow();
    assertThat(moved.getMetadata().getUid()).isEqualTo(uid);
    assertThat(moved.getMetadata().getLabels()).containsEntry("sluice.dev/application", "to");
    assertThat(moved.getData()).containsEntry("key", "y");
  }

  @Test
  void fillsAClusterThatWasWipedFromTheLogAlone() {
    assumeTrue(bench.fixture.isSimulated(), "a real cluster is not wiped");
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);

    bench.fixture.simulatedCluster().wipe();
    bench
        .fixture
        .client()
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(bench.namespace)
                .endMetadata()
                .build())
        .create();

    bench.awaitValue("a", "first");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closesTheDeadLettersThatWereOpenWhenTheClusterWasWiped(boolean restarted) {
    assumeTrue(bench.fixture.isSimulated(), "a real cluster is not wiped");
    ClusterWorker first = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, "not: [a manifest"));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(DeadLetterEvent.Opened.class).isEmpty());
    await().atMost(Bench.PATIENCE).until(() -> !bench.ledgers().isEmpty());
    if (restarted) {
      first.close();
    }

    bench.fixture.simulatedCluster().wipe();
    bench
        .fixture
        .client()
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(bench.namespace)
                .endMetadata()
                .build())
        .create();
    if (restarted) {
      bench.worker("two");
    }
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "first")));

    bench.awaitApplied("web", 2);
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(bench.results.all(DeadLetterEvent.Closed.class))
                    .extracting(DeadLetterEvent.Closed::entry)
                    .containsExactly(new DeadLetterId("test/web/1")));
  }

  @Test
  void comparesARecreatedLogWithTheCluster() throws Exception {
    ClusterWorker before = bench.worker("one");
    bench.targets.send(bench.targets.target("same", 1, configMap("a", "first")));
    bench.targets.send(bench.targets.target("other", 1, configMap("b", "first")));
    bench.awaitApplied("same", 1);
    bench.awaitApplied("other", 1);
    before.close();

    KafkaConnection recreated = KafkaFixture.provisioned(2);
    try (Targets targets = new Targets(recreated, bench.cluster, bench.namespace);
        Results results = new Results(recreated)) {
      targets.createTopic();
      ClusterWorker worker = bench.worker("two", recreated);
      await().atMost(Bench.PATIENCE).until(() -> worker.status() == WorkerStatus.LEADING);
      targets.send(targets.target("same", 1, configMap("a", "first")));
      targets.send(
          Targets.withDigest(targets.target("other", 1, configMap("b", "second")), "v1:else"));

      await()
          .atMost(Bench.PATIENCE)
          .until(
              () ->
                  !results.all(ResultEvent.Unchanged.class).isEmpty()
                      && !results.all(ResultEvent.Fenced.class).isEmpty());
      assertThat(results.all(ResultEvent.Unchanged.class))
          .extracting(unchanged -> unchanged.subject().application().value())
          .containsExactly("same");
      assertThat(results.all(ResultEvent.Fenced.class))
          .extracting(fenced -> fenced.subject().application().value())
          .containsExactly("other");
      assertThat(bench.value("b")).contains("first");
    }
  }

  @Test
  void aKindInstalledLaterRetriesTheApplicationsThatWaitForIt() {
    assumeTrue(bench.fixture.readsJsonOfBuiltInKinds(), "the server cannot read definitions back");
    bench.worker("one");
    String kind = "Widget" + bench.namespace.substring(bench.namespace.lastIndexOf('-') + 1);
    String group = bench.namespace + ".example.org";
    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            """
            apiVersion: %s/v1
            kind: %s
            metadata: {name: one}
            """
                .formatted(group, kind)));
    // after two more attempts it waits for twenty seconds
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> bench.results.all(DeadLetterEvent.Retried.class).size() == 2);

    bench.defineKind(group, kind);

    await()
        .atMost(Duration.ofSeconds(12))
        .until(() -> !bench.results.all(ResultEvent.Applied.class).isEmpty());
  }

  /** No timer would retry it: the field is an error of the input until the definition has it. */
  @Test
  void aDefinitionWithTheMissingFieldRetriesTheApplication() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    String group = bench.namespace + ".example.com";
    bench.defineKind(group, "Fielded", "spec: {type: object, properties: {a: {type: string}}}");
    bench.worker("one");
    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            """
            apiVersion: %s/v1
            kind: Fielded
            metadata: {name: it}
            spec: {a: one, b: two}
            """
                .formatted(group)));
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(bench.results.all(ResultEvent.Parked.class))
                    // other definitions may have woken it in between
                    .isNotEmpty()
                    .allSatisfy(
                        parked ->
                            assertThat(parked.wakesOn())
                                .contains("CustomResourceDefinition that fits")));

    bench.defineKind(
        group,
        "Fielded",
        "spec: {type: object, properties: {a: {type: string}, b: {type: string}}}");

    bench.awaitApplied("web", 1);
  }

  @Test
  void aStandbyTakesOver() {
    ClusterWorker first = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    ClusterWorker second = bench.worker("two");
    assertThat(second.status()).isEqualTo(WorkerStatus.STANDBY);

    first.close();
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));

    bench.awaitValue("a", "second");
    bench.awaitApplied("web", 2);
    assertThat(bench.results.all(ResultEvent.WorkerHello.class))
        .extracting(ResultEvent.WorkerHello::worker)
        .containsExactly("one", "two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PATCH"})
  void aSuspendedWorkerDoesNotOverwriteNewerObjects(String before) throws Exception {
    Requests requests = new Requests();
    bench.worker("zombie", requests);
    bench.targets.send(
        bench.targets.target("web", 1, configMap("changed", "1"), configMap("same", "1")));
    bench.awaitApplied("web", 1);
    requests.pauseAt(
        line -> line.startsWith(before) && line.contains("/namespaces/" + bench.namespace + "/"));
    // its generation 2 writes both, and creates one that generation 3 does not have
    bench.targets.send(
        bench.targets.target(
            "web", 2, configMap("changed", "2"), configMap("same", "2"), configMap("late", "2")));
    requests.awaitPaused();

    bench.worker("successor");
    // the object 'same' is again as in generation 1: equal to the live object
    bench.targets.send(
        bench.targets.target("web", 3, configMap("changed", "3"), configMap("same", "1")));
    bench.awaitApplied("web", 3);
    requests.resume();

    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(bench.value("late")).isEmpty();
              assertThat(bench.value("changed")).contains("3");
              assertThat(bench.value("same")).contains("1");
            });
    bench.targets.send(bench.targets.target("web", 4, configMap("changed", "4")));
    bench.awaitApplied("web", 4);
    assertThat(bench.results.all(ResultEvent.Applied.class))
        .extracting(applied -> applied.subject().generation().value())
        .containsExactly(1L, 3L, 4L);
  }
}
