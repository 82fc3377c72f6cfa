package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Objects that move between applications, some of which cannot be rendered or applied. */
@Tag("kubernetes")
final class ObjectMovesIT {

  /** Renders to nothing, since the second document is not an object. */
  private static final String BROKEN = "not: [a manifest";

  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void anObjectHandedOverIsNotSweptBeforeItsNewOwnerHasWrittenIt() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("from", 1, configMap("moving", "x"), configMap("a", "x")));
    bench.awaitApplied("from", 1);
    String uid = uid("moving");

    // its namespace, which is written in an earlier stage, is refused
    String refused =
        """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: Not_A_Name
        """;
    bench.targets.send(
        Targets.inBatch(
            bench.targets.target("to", 1, refused, configMap("moving", "y")), "move", 2),
        Targets.inBatch(bench.targets.target("from", 2, configMap("a", "x")), "move", 2));
    bench.awaitApplied("from", 2);
    awaitSweeps(2);

    assertThat(uid("moving")).isEqualTo(uid);
    bench.targets.send(bench.targets.target("to", 2, configMap("moving", "y")));
    bench.awaitApplied("to", 2);
    assertThat(uid("moving")).isEqualTo(uid);
    assertThat(owner("moving")).isEqualTo("to");
  }

  @Test
  void anObjectThatMovesToAnApplicationThatDoesNotRenderIsKept() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("from", 1, configMap("moving", "x"), configMap("a", "x")));
    bench.awaitApplied("from", 1);
    String uid = uid("moving");

    moveToBroken("moving");

    Failure failure = awaitParked("from", ApplyFailure.CLAIMS_UNKNOWN);
    assertThat(failure.message()).contains("moving").contains("to");
    assertThat(failure.plan().orElseThrow().unknown()).hasToString("[to]");
    assertThat(applied("from", 2).kept().orElseThrow())
        .hasToString("[ConfigMap %s/moving]".formatted(bench.namespace));
    awaitSweeps(2);
    assertThat(uid("moving")).isEqualTo(uid);

    bench.targets.send(bench.targets.target("to", 2, configMap("moving", "y")));
    bench.awaitApplied("to", 2);
    awaitClosed("test/from/2");
    assertThat(uid("moving")).isEqualTo(uid);
    assertThat(owner("moving")).isEqualTo("to");
  }

  @Test
  void keptObjectsSurviveARestartAndAreDeletedOnceUnclaimed() {
    ClusterWorker first = bench.worker("one");
    bench.targets.send(
        bench.targets.target("from", 1, configMap("moving", "x"), configMap("a", "x")));
    bench.awaitApplied("from", 1);
    String uid = uid("moving");
    moveToBroken("moving");
    awaitParked("from", ApplyFailure.CLAIMS_UNKNOWN);
    first.close();

    bench.worker("two");
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(DeadLetterEvent.Retried.class).isEmpty());
    awaitSweeps(2);
    assertThat(uid("moving")).isEqualTo(uid);

    bench.targets.send(bench.targets.target("to", 2, configMap("b", "y")));
    await().atMost(Bench.PATIENCE).until(() -> bench.object("moving").isEmpty());
    awaitClosed("test/from/2");
  }

  /** The worker reads the newer target after it decided on the deletion, and before it deletes. */
  @Test
  void anObjectDesiredAgainDuringItsPruneIsKept() throws Exception {
    assumeTrue(bench.fixture.isSimulated(), "needs a request that is slow");
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "x"), configMap("b", "x")));
    bench.awaitApplied("web", 1);
    String uid = uid("b");
    CountDownLatch pruning = new CountDownLatch(1);
    bench
        .fixture
        .simulatedCluster()
        .faults()
        .injectOnce(
            request -> {
              boolean asked = request.method().equals("GET") && request.path().endsWith("/b");
              if (asked) {
                pruning.countDown();
              }
              return asked;
            },
            new Fault.Delay(Duration.ofSeconds(2)));

    bench.targets.send(bench.targets.target("web", 2, configMap("a", "x")));
    assertThat(pruning.await(30, TimeUnit.SECONDS)).isTrue();
    bench.targets.send(bench.targets.target("web", 3, configMap("a", "x"), configMap("b", "y")));
    bench.awaitApplied("web", 3);

    assertThat(uid("b")).isEqualTo(uid);
  }

  @Test
  void keptObjectsCanBeDeletedByApproval() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("from", 1, configMap("moving", "x"), configMap("a", "x")));
    bench.awaitApplied("from", 1);
    moveToBroken("moving");
    Failure failure = awaitParked("from", ApplyFailure.CLAIMS_UNKNOWN);

    bench.targets.send(
        Targets.approved(
            bench.targets.target("from", 2, configMap("a", "y")), 3, failure.plan().orElseThrow()));

    bench.awaitApplied("from", 3);
    assertThat(bench.object("moving")).isEmpty();
    assertThat(bench.object("a")).isPresent();
  }

  @Test
  void anApplicationThatCannotHaveTheObjectDoesNotKeepIt() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("from", 1, configMap("moving", "x"), configMap("a", "x")),
        bench.targets.target("broken", 1, configMap("another", "x"), BROKEN));
    bench.awaitApplied("from", 1);

    bench.targets.send(bench.targets.target("from", 2, configMap("a", "x")));

    ResultEvent.Applied applied = bench.awaitApplied("from", 2);
    assertThat(applied.changes()).singleElement().matches(one -> one.action() == Action.DELETED);
    assertThat(bench.object("moving")).isEmpty();
  }

  @Test
  void waitsForTheRestOfACommitHoweverLateItArrives() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("from", 1, configMap("moving", "x"), configMap("a", "x")));
    bench.awaitApplied("from", 1);
    String uid = uid("moving");

    bench.targets.send(
        Targets.inBatch(bench.targets.target("from", 2, configMap("a", "x")), "move", 2));
    awaitParked("from", ApplyFailure.COMMIT_INCOMPLETE);
    assertThat(uid("moving")).isEqualTo(uid);
    bench.targets.send(
        Targets.inBatch(bench.targets.target("to", 1, configMap("moving", "y")), "move", 2));

    bench.awaitApplied("to", 1);
    awaitClosed("test/from/2");
    assertThat(uid("moving")).isEqualTo(uid);
    assertThat(owner("moving")).isEqualTo("to");
  }

  @Test
  void aRemovedApplicationLeavesTheObjectsThatItsSuccessorClaims() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("old", 1, configMap("moving", "x"), configMap("gone", "x")));
    bench.awaitApplied("old", 1);
    String uid = uid("moving");

    bench.targets.send(
        bench.targets.target("new", 1, configMap("moving", "x"), BROKEN),
        bench.targets.removal("old", 2, false));
    Failure failure = awaitParked("old", ApplyFailure.CLAIMS_UNKNOWN);
    assertThat(failure.plan().orElseThrow().deletions())
        .singleElement()
        .matches(one -> one.object().name().equals("moving"));
    bench.targets.send(bench.targets.target("new", 2, configMap("moving", "x")));

    bench.awaitApplied("new", 2);
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
    assertThat(uid("moving")).isEqualTo(uid);
    assertThat(owner("moving")).isEqualTo("new");
    assertThat(bench.object("gone")).isEmpty();
  }

  /** Moves an object in one commit, which also breaks the application that it moves to. */
  private void moveToBroken(String name) {
    bench.targets.send(
        Targets.inBatch(bench.targets.target("from", 2, configMap("a", "y")), "move", 2),
        Targets.inBatch(bench.targets.target("to", 1, configMap(name, "y"), BROKEN), "move", 2));
  }

  private Failure awaitParked(String application, FailureCode code) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .filter(
                        parked ->
                            parked.subject().application().value().equals(application)
                                && parked.failure().code().equals(code))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow()
        .failure();
  }

  private ResultEvent.Applied applied(String application, long generation) {
    return bench.awaitApplied(application, generation);
  }

  private void awaitClosed(String entry) {
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(DeadLetterEvent.Closed.class).stream()
                    .anyMatch(closed -> closed.entry().value().equals(entry)));
  }

  /** Waits until this many more sweeps have run. */
  private void awaitSweeps(int times) {
    bench.targets.send(bench.targets.target("idle", 1, configMap("idle", "x")));
    bench.awaitApplied("idle", 1);
    for (int i = 0; i < times; i++) {
      String name = "orphan-" + System.nanoTime();
      bench
          .fixture
          .client()
          .configMaps()
          .inNamespace(bench.namespace)
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .addToLabels(Ownership.APPLICATION_LABEL, "idle")
                  .addToLabels(Ownership.INSTALLATION_LABEL, bench.systemNamespace)
                  .addToAnnotations(Ownership.GENERATION_ANNOTATION, "1")
                  .endMetadata()
                  .build())
          .serverSideApply(); // Kubernetes 1.20 may panic on labels that are created as JSON
      await().atMost(Bench.PATIENCE).until(() -> bench.object(name).isEmpty());
    }
  }

  private String uid(String configMap) {
    return bench.object(configMap).orElseThrow().getMetadata().getUid();
  }

  private String owner(String configMap) {
    return bench
        .object(configMap)
        .orElseThrow()
        .getMetadata()
        .getLabels()
        .get(Ownership.APPLICATION_LABEL);
  }
}
