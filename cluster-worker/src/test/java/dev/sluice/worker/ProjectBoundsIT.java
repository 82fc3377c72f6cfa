package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.Project;
import dev.sluice.worker.ProjectAttempts.Attempt;
import dev.sluice.worker.ledger.LedgerNames;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An application cannot reach outside of its project: nothing of it is written, deleted or read.
 */
@Tag("kubernetes")
final class ProjectBoundsIT {

  private final Bench bench = new Bench();
  private final Requests requests = new Requests();
  private final ProjectAttempts tenant = new ProjectAttempts(bench);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void attemptsToReachOutsideAreRefusedBeforeAnythingIsWritten() {
    Map<String, Attempt> attempts = tenant.all();
    bench.worker("one", requests);

    int number = 0;
    Map<String, String> applications = new LinkedHashMap<>();
    for (Map.Entry<String, Attempt> attempt : attempts.entrySet()) {
      String application = "tenant-" + number++;
      applications.put(attempt.getKey(), application);
      bench.targets.send(attempt.getValue().target().of(application));
    }

    applications.forEach(
        (attempt, application) -> {
          Failure failure = bench.awaitParked(application);
          assertThat(failure.code()).as(attempt).isEqualTo(attempts.get(attempt).code());
          if (failure.code() == RenderFailure.OUTSIDE_PROJECT) {
            assertThat(failure.message())
                .as(attempt)
                .contains("the project shop ")
                .contains("or have the project changed");
          }
        });
    assertThat(requests.aboutObjects(bench.namespace)).isEmpty();
    assertThat(requests.writes())
        .as("only dead letters are noted in ledgers")
        .allSatisfy(
            write ->
                assertThat(write)
                    .contains("/namespaces/" + bench.systemNamespace)
                    .containsAnyOf(LedgerNames.PREFIX, LedgerNames.KEY_PREFIX));
  }

  @Test
  void whatTheProjectAllowsIsApplied() {
    bench.worker("one");
    String role =
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: %s-reader}, rules: []}"
            .formatted(bench.namespace);
    bench.fixture.cleanUp(
        () ->
            bench
                .fixture
                .client()
                .rbac()
                .clusterRoles()
                .withName(bench.namespace + "-reader")
                .delete());

    SyncEvent.Target target = bench.targets.target("web", 1, configMap("a", "first"), role);
    bench.targets.send(ProjectAttempts.in(target, tenant.project(), target.spec()));

    bench.awaitApplied("web", 1);
  }

  @Test
  void aProjectThatIsRestrictedLaterHoldsTheApplicationWithoutDeletingAnything() {
    bench.worker("one", requests);
    String map = configMap("b", "first").replace("metadata:", "metadata:\n  namespace: %s");
    SyncEvent.Target first =
        bench.targets.target("web", 1, map.formatted(bench.namespace), configMap("a", "first"));
    bench.targets.send(first);
    bench.awaitApplied("web", 1);
    requests.clear();

    SyncEvent.Target second = bench.targets.target("web", 2, configMap("c", "second"));
    Project elsewhere = tenant.project(Optional.empty(), "other");
    bench.targets.send(ProjectAttempts.in(second, elsewhere, second.spec()));
    Failure failure = bench.awaitParked("web");

    assertThat(failure.code()).isEqualTo(RenderFailure.OUTSIDE_PROJECT);
    assertThat(bench.value("a")).contains("first");
    assertThat(bench.value("b")).contains("first");
    assertThat(requests.writes())
        .noneMatch(write -> write.contains("/namespaces/" + bench.namespace + "/"));
  }
}
