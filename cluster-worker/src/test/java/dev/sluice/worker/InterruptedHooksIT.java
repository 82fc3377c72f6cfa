package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A worker that ends or is suspended between two steps of hooks, or of the replacement of an
 * object: the next worker finishes the generation, and each hook has run once.
 */
@Tag("kubernetes")
final class InterruptedHooksIT {

  private static final String JOB =
      """
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: migrate
        annotations: {argocd.argoproj.io/hook: PreSync}
      spec:
        backoffLimit: 0
        template:
          spec:
            restartPolicy: Never
            containers: [{name: main, image: "registry.local/job:1"}]
      """;

  private final Bench bench = new Bench();
  private final Jobs jobs = new Jobs(bench);
  private final Requests requests = new Requests();

  /** The uids of the Job's runs by the generation that created them. */
  private final Map<String, Set<String>> runs = new ConcurrentHashMap<>();

  private final ScheduledExecutorService controller = Executors.newSingleThreadScheduledExecutor();

  /** The request of generation 2 that the first worker does not send, or sends late. */
  enum Step {
    DELETION_OF_THE_LAST_RUN("DELETE", "/jobs/migrate", 1),
    CREATION_OF_THE_RUN("PATCH", "/jobs/migrate", 1),
    READ_AFTER_THE_CREATION("GET", "/jobs/migrate", 4),
    NOTE_OF_THE_END("PATCH", "ledger", 2),
    REFUSED_CHANGE("PATCH", "/configmaps/fixed", 1),
    DELETION_FOR_THE_REPLACEMENT("DELETE", "/configmaps/fixed", 1),
    CREATION_OF_THE_REPLACEMENT("PATCH", "/configmaps/fixed", 2),
    CREATION_OF_A_POST_SYNC_HOOK("PATCH", "/configmaps/notify", 1),
    DELETION_OF_A_POST_SYNC_HOOK("DELETE", "/configmaps/notify", 1);

    private final String method;
    private final String path;
    private final int occurrence;

    Step(String method, String path, int occurrence) {
      this.method = method;
      this.path = path;
      this.occurrence = occurrence;
    }
  }

  @BeforeEach
  void open() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    var unused = controller.scheduleWithFixedDelay(this::endRuns, 0, 50, TimeUnit.MILLISECONDS);
  }

  @AfterEach
  void close() {
    controller.shutdownNow();
    bench.close();
  }

  @ParameterizedTest
  @EnumSource
  void theNextWorkerFinishesAndEachHookHasRunOnce(Step step) throws Exception {
    bench.worker("zombie", requests);
    send(1);
    bench.awaitApplied("shop", 1);
    AtomicInteger left = new AtomicInteger(step.occurrence);
    String path =
        step.path.equals("ledger") ? "/configmaps/" + bench.ledgerName("shop") : step.path;
    requests.pauseAt(
        line -> line.startsWith(step.method) && line.endsWith(path) && left.decrementAndGet() == 0);
    send(2);
    requests.awaitPaused();

    bench.worker("successor");
    bench.awaitApplied("shop", 2);
    requests.resume();
    send(3);
    bench.awaitApplied("shop", 3);

    assertThat(bench.value("web")).contains("3");
    assertThat(bench.value("fixed")).contains("3");
    assertThat(runs.get("1")).hasSize(1);
    assertThat(runs.get("2")).hasSize(1);
    assertThat(runs.get("3")).hasSize(1);
    assertThat(bench.value("notify")).isEmpty();
    assertThat(bench.results.all(ResultEvent.Applied.class))
        .extracting(applied -> applied.subject().generation().value())
        .containsExactly(1L, 2L, 3L);
    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
  }

  private void send(long generation) {
    String value = "" + generation;
    bench.targets.send(
        bench.targets.target(
            "shop",
            generation,
            configMap("web", value),
            annotated("fixed", value, "argocd.argoproj.io/sync-options: Force=true")
                + "immutable: true\n",
            JOB,
            annotated(
                "notify",
                value,
                "argocd.argoproj.io/hook: PostSync,"
                    + " argocd.argoproj.io/hook-delete-policy: HookSucceeded")));
  }

  private static String annotated(String name, String value, String annotations) {
    return configMap(name, value)
        .replace("metadata:\n", "metadata:\n  annotations: {%s}\n".formatted(annotations));
  }

  /** Ends the Job's runs well, as the cluster's controller would once their Pods have. */
  private void endRuns() {
    try {
      for (Job job : jobs.all()) {
        String generation = job.getMetadata().getAnnotations().get(Ownership.GENERATION_ANNOTATION);
        runs.computeIfAbsent(generation, _ -> ConcurrentHashMap.newKeySet())
            .add(job.getMetadata().getUid());
        end(job);
      }
    } catch (RuntimeException e) {
      // deleted meanwhile, or not begun by the server's own controller yet: the next turn
    }
  }

  private void end(Job job) {
    boolean ended = job.getStatus() != null && job.getStatus().getCompletionTime() != null;
    if (!ended && job.getMetadata().getDeletionTimestamp() == null && jobs.begin(job)) {
      jobs.finish(job, true);
    }
  }
}
