package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hooks run before or after the other objects, and Jobs among them finish before the next step. */
@Tag("kubernetes")
class HelmHooksIT {

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void waitsForTheJobsOfHooks() {
    bench.worker("one");
    send(1, "migrate:1", "first");
    Job first = awaitJob("migrate:1");

    assertThat(bench.value("settings")).as("of less weight").contains("first");
    assertThat(bench.value("web")).as("the rest waits").isEmpty();
    end(first, "Complete");
    ResultEvent.Applied installed = bench.awaitApplied("shop", 1);

    assertThat(installed.changes())
        .extracting(change -> change.object().name() + " " + change.action())
        .containsExactly("settings CREATED", "migrate CREATED", "web CREATED", "notify CREATED");

    send(2, "migrate:1", "second");
    assertThat(bench.awaitApplied("shop", 2).changes())
        .as("a hook that is the same does not run again")
        .extracting(change -> change.object().name())
        .containsExactly("settings", "web", "notify");
  }

  @Test
  void aWorkerThatWaitsForAHookCanStopAndAnotherContinues() throws Exception {
    ClusterWorker one = bench.worker("one");
    send(1, "migrate:1", "first");
    Job job = awaitJob("migrate:1");
    bench.awaitValue("settings", "first");

    CompletableFuture.runAsync(one::close).get(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    bench.worker("two");
    end(job, "Complete");

    bench.awaitApplied("shop", 1);
    assertThat(awaitJob("migrate:1").getMetadata().getUid())
        .as("it has not run again")
        .isEqualTo(job.getMetadata().getUid());
  }

  @Test
  void runsAChangedHookAgainAndStopsAtAFailedOne() {
    bench.worker("one");
    send(1, "migrate:1", "first");
    Job first = awaitJob("migrate:1");
    end(first, "Complete");
    bench.awaitApplied("shop", 1);

    send(2, "migrate:2", "second");
    Job second = awaitJob("migrate:2");
    assertThat(second.getMetadata().getUid()).isNotEqualTo(first.getMetadata().getUid());
    end(second, "Failed");
    DeadLetterEvent.Opened opened =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () -> bench.results.all(DeadLetterEvent.Opened.class).stream().findFirst(),
                Optional::isPresent)
            .orElseThrow();

    assertThat(opened.failure().code()).isEqualTo(ApplyFailure.HOOK_FAILED);
    assertThat(opened.failure().object().orElseThrow().name()).isEqualTo("migrate");
    assertThat(bench.value("web")).as("objects after a failed hook").contains("first");

    send(3, "migrate:3", "third");
    end(awaitJob("migrate:3"), "Complete");
    bench.awaitApplied("shop", 3);
    assertThat(bench.value("web")).contains("third");
  }

  private void send(long generation, String image, String value) {
    bench.targets.send(
        bench.targets.target(
            "shop",
            generation,
            configMap("web", value),
            hook(configMap("notify", value), "post-install,post-upgrade", 0),
            hook(
                """
                apiVersion: batch/v1
                kind: Job
                metadata:
                  name: migrate
                spec:
                  template:
                    spec:
                      restartPolicy: Never
                      containers: [{name: migrate, image: "%s"}]
                """
                    .formatted(image),
                "pre-install,pre-upgrade",
                5),
            hook(configMap("settings", value), "pre-install,pre-upgrade", -5)));
  }

  private static String hook(String manifest, String hooks, int weight) {
    return manifest.replaceFirst(
        "\n( *)metadata:\n",
        "\n$1metadata:\n$1  annotations: {helm.sh/hook: \"%s\", helm.sh/hook-weight: \"%d\"}\n"
            .formatted(hooks, weight));
  }

  private Job awaitJob(String image) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                Optional.ofNullable(job().get())
                    .filter(
                        job ->
                            job.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .getFirst()
                                .getImage()
                                .equals(image)),
            Optional::isPresent)
        .orElseThrow();
  }

  /**
   * Finishes the Job as the cluster's own controller would, which runs no pods here. Kubernetes
   * 1.31 and later require the preceding condition, and the times.
   */
  private void end(Job job, String how) {
    assertThat(job().get().getMetadata().getUid()).isEqualTo(job.getMetadata().getUid());
    Instant now = Instant.now().truncatedTo(SECONDS);
    if (bench.fixture.isSimulated()) {
      patchStatus("\"startTime\": \"%s\"".formatted(now));
    }
    await().atMost(Bench.PATIENCE).until(() -> job().get().getStatus().getStartTime() != null);
    boolean complete = how.equals("Complete");
    patchStatus(
        """
        "active": 0, %s"conditions": [
          {"type": "%s", "status": "True"}, {"type": "%s", "status": "True"}]"""
            .formatted(
                complete ? "\"completionTime\": \"%s\", ".formatted(now.plusSeconds(1)) : "",
                complete ? "SuccessCriteriaMet" : "FailureTarget",
                how));
  }

  private void patchStatus(String status) {
    job()
        .subresource("status")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"status\": {" + status + "}}");
  }

  private ScalableResource<Job> job() {
    return bench
        .fixture
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(bench.namespace)
        .withName("migrate");
  }
}
