package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.failure.ApplyFailure;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Hooks run at their moments with each change, end before what follows, and are deleted in time.
 */
@Tag("kubernetes")
class HooksIT {

  private static final String ARGO = "argocd.argoproj.io/hook";
  private static final String HELM = "helm.sh/hook";

  private final Bench bench = new Bench();
  private final Jobs jobs = new Jobs(bench);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void waitsForTheJobsOfHelmsHooksAndRunsThemWithEachChange() {
    requireDeletionOfJobs();
    bench.worker("one");
    send(1, chart("first"));
    Job first = awaitJob("migrate");

    assertThat(bench.value("settings")).as("of less weight").contains("first");
    assertThat(bench.value("web")).as("the rest waits").isEmpty();
    end(first, true);
    ResultEvent.Applied installed = bench.awaitApplied("shop", 1);

    assertThat(changes(installed))
        .containsExactly("settings CREATED", "migrate CREATED", "web CREATED", "notify CREATED");

    send(2, chart("second"));
    Job second = awaitOther("migrate", first);
    assertThat(bench.value("web")).as("the rest waits").contains("first");
    end(second, true);
    assertThat(changes(bench.awaitApplied("shop", 2)))
        .as("a Job is deleted and runs again")
        .containsExactly(
            "settings CONFIGURED",
            "migrate DELETED",
            "migrate CREATED",
            "web CONFIGURED",
            "notify CONFIGURED");
    SyncEvent.Target again = Targets.again(bench.targets.target("shop", 2, chart("second")), 3);
    bench.targets.send(again);
    bench.awaitApplied("shop", 3);
    assertThat(live("migrate").orElseThrow().getMetadata().getUid())
        .as("a resync of what was applied runs no hook")
        .isEqualTo(second.getMetadata().getUid());
  }

  @Test
  void aWorkerThatWaitsForAHookCanStopAndAnotherContinues() throws Exception {
    ClusterWorker one = bench.worker("one");
    send(1, chart("first"));
    Job job = awaitJob("migrate");
    bench.awaitValue("settings", "first");

    CompletableFuture.runAsync(one::close).get(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    bench.worker("two");
    end(job, true);

    bench.awaitApplied("shop", 1);
    assertThat(awaitJob("migrate").getMetadata().getUid())
        .as("it has not run again")
        .isEqualTo(job.getMetadata().getUid());
  }

  @Test
  void stopsAtAFailedHookUntilTheNextGeneration() {
    requireDeletionOfJobs();
    bench.worker("one");
    send(
        1,
        configMap("web", "first"),
        with(jobManifest("migrate"), ARGO, "PreSync"),
        with(configMap("failed", "first"), ARGO, "SyncFail"));
    end(awaitJob("migrate"), false);
    DeadLetterEvent.Opened opened =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () -> bench.results.all(DeadLetterEvent.Opened.class).stream().findFirst(),
                Optional::isPresent)
            .orElseThrow();

    assertThat(opened.failure().code()).isEqualTo(ApplyFailure.HOOK_FAILED);
    assertThat(opened.failure().message()).contains("migrate is a PreSync hook and has failed");
    assertThat(bench.value("web")).as("objects after a failed hook").isEmpty();
    assertThat(bench.value("failed")).as("the hook for failures").contains("first");

    Job failed = awaitJob("migrate");
    send(2, configMap("web", "second"), with(jobManifest("migrate"), ARGO, "PreSync"));
    end(awaitOther("migrate", failed), true);
    bench.awaitApplied("shop", 2);
    assertThat(bench.value("web")).contains("second");
    assertThat(bench.value("failed")).as("a hook that Git no longer has").isEmpty();
  }

  @Test
  void aHookThatFailsHasFailedAlsoIfItsHealthDoesNotCount() {
    bench.worker("one");
    send(
        1,
        configMap("web", "1"),
        with(
            jobManifest("migrate"),
            ARGO,
            "PreSync",
            "argocd.argoproj.io/ignore-healthcheck",
            "true"));
    end(awaitJob("migrate"), false);

    assertThat(bench.awaitParked("shop").code()).isEqualTo(ApplyFailure.HOOK_FAILED);
    assertThat(bench.value("web")).isEmpty();
  }

  @Test
  void theFailureSaysThatItsOwnHookFailedToo() {
    bench.worker("one");
    send(
        1,
        configMap("web", "1"),
        with(jobManifest("migrate"), ARGO, "PreSync"),
        with(jobManifest("restore"), ARGO, "SyncFail"));
    end(awaitJob("migrate"), false);
    end(awaitJob("restore"), false);

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.object().orElseThrow().name()).isEqualTo("migrate");
    assertThat(failure.message()).contains("migrate is a PreSync hook", "; then: Job", "SyncFail");
  }

  @Test
  void theDeadLetterOfAFailedHookHasTheEndOfItsLog() {
    assumeTrue(
        !bench.fixture.isSimulated() && !bench.fixture.client().nodes().list().getItems().isEmpty(),
        "needs a node that runs pods");
    bench.worker("one");
    send(
        1,
        configMap("web", "1"),
        with(
            jobManifest("migrate")
                .replace(
                    "image: \"registry.local/job:1\"",
                    "image: \"busybox:1.35\", command: [sh, -c, \"echo no such table; exit 3\"]"),
            ARGO,
            "PreSync",
            ARGO + "-delete-policy",
            "HookFailed"));

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.code()).isEqualTo(ApplyFailure.HOOK_FAILED);
    assertThat(failure.message()).contains("ends with: no such table");
    await().atMost(Bench.PATIENCE).until(() -> live("migrate").isEmpty());
  }

  @Test
  void deletesHooksAsTheirPoliciesSay() {
    requireDeletionOfJobs();
    bench.worker("one");
    send(
        1,
        configMap("web", "1"),
        with(configMap("kept", "1"), ARGO, "PreSync"),
        with(configMap("passing", "1"), ARGO, "PreSync", ARGO + "-delete-policy", "HookSucceeded"),
        with(
            jobManifest("check"),
            ARGO,
            "PostSync",
            ARGO + "-delete-policy",
            "HookSucceeded,HookFailed"));
    Job check = awaitJob("check");
    assertThat(bench.value("web")).contains("1");
    assertThat(bench.value("kept")).contains("1");
    assertThat(bench.value("passing")).as("deleted after its moment").isEmpty();
    end(check, true);
    assertThat(bench.awaitApplied("shop", 1).objects()).as("without hooks").isEqualTo(1);
    await().atMost(Bench.PATIENCE).until(() -> live("check").isEmpty());

    send(
        2,
        configMap("web", "2"),
        with(
            jobManifest("check"),
            ARGO,
            "PostSync",
            ARGO + "-delete-policy",
            "HookSucceeded,HookFailed"));
    end(awaitJob("check"), false);
    assertThat(bench.awaitParked("shop").code()).isEqualTo(ApplyFailure.HOOK_FAILED);
    await().atMost(Bench.PATIENCE).until(() -> live("check").isEmpty());
  }

  @Test
  void aNewerGenerationWaitsForARunningHookAndRunsNoPostSyncOfTheOld() {
    requireDeletionOfJobs();
    bench.worker("one");
    send(
        1,
        configMap("web", "1"),
        with(jobManifest("migrate"), ARGO, "PreSync"),
        with(configMap("notify", "1"), ARGO, "PostSync"));
    Job first = awaitJob("migrate");
    send(2, configMap("web", "2"), with(configMap("other", "2"), ARGO, "PostSync"));

    await()
        .during(Duration.ofSeconds(1))
        .atMost(Duration.ofSeconds(3))
        .until(() -> bench.value("web").isEmpty());
    end(first, true);
    bench.awaitApplied("shop", 2);
    assertThat(bench.value("web")).contains("2");
    assertThat(bench.value("notify")).isEmpty();
    assertThat(bench.results.all(ResultEvent.Superseded.class)).isNotEmpty();
  }

  @Test
  void aHookWithAGeneratedNameLeavesOnlyItsLastRun() {
    bench.worker("one");
    String hook =
        with(configMap("x", "1"), ARGO, "PostSync").replace("name: x", "generateName: run-");
    send(1, configMap("web", "1"), hook);
    bench.awaitApplied("shop", 1);
    List<String> first = names("run-");
    send(2, configMap("web", "2"), hook);
    bench.awaitApplied("shop", 2);

    assertThat(first).hasSize(1);
    assertThat(names("run-")).hasSize(1).doesNotContainAnyElementsOf(first);
  }

  @Test
  void theNextWaveWaitsForTheHealthOfTheObjectsAndSaysSo() {
    bench.worker("one");
    String wave = "argocd.argoproj.io/sync-wave";
    send(
        1,
        with(configMap("late", "1"), wave, "1"),
        with(jobManifest("first"), wave, "-1"),
        configMap("middle", "1"));
    Job job = awaitJob("first");
    Waiting waiting =
        await()
            .atMost(Bench.PATIENCE)
            .until(() -> bench.results.all(Waiting.class).stream().findFirst(), Optional::isPresent)
            .orElseThrow();
    assertThat(waiting.stage()).isEqualTo("Sync wave -1");
    assertThat(waiting.objects())
        .singleElement()
        .satisfies(object -> assertThat(object.object().name()).isEqualTo("first"));
    assertThat(bench.value("middle")).isEmpty();
    end(job, true);

    assertThat(changes(bench.awaitApplied("shop", 1)))
        .containsExactly("first CREATED", "middle CREATED", "late CREATED");
  }

  @Test
  void aNewerGenerationEndsTheWaitForAWave() {
    bench.worker("one");
    send(1, with(jobManifest("first"), "sluice.dev/wave", "-1"), configMap("web", "1"));
    awaitJob("first");
    send(2, configMap("web", "2"));

    bench.awaitApplied("shop", 2);
    assertThat(bench.value("web")).contains("2");
  }

  @Test
  void anInterruptedUpgradeIsNoInstall() throws Exception {
    ClusterWorker one = bench.worker("one");
    String seed = with(configMap("seed", "1"), HELM, "pre-install");
    String migrate = with(jobManifest("migrate"), HELM, "pre-upgrade");
    send(1, configMap("web", "1"), seed, migrate);
    bench.awaitApplied("shop", 1);
    bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("seed").delete();

    send(2, configMap("web", "2"), seed, migrate);
    Job job = awaitJob("migrate");
    CompletableFuture.runAsync(one::close).get(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    bench.worker("two");
    end(job, true);

    bench.awaitApplied("shop", 2);
    assertThat(bench.value("seed")).as("a hook of installs").isEmpty();
    assertThat(awaitJob("migrate").getMetadata().getUid()).isEqualTo(job.getMetadata().getUid());
  }

  @Test
  void anotherWorkerWithANewerGenerationWaitsForARunThatGoesOn() throws Exception {
    requireDeletionOfJobs();
    ClusterWorker one = bench.worker("one");
    send(1, configMap("web", "1"), with(jobManifest("migrate"), ARGO, "PreSync"));
    Job first = awaitJob("migrate");
    CompletableFuture.runAsync(one::close).get(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    send(2, configMap("web", "2"), with(jobManifest("migrate"), ARGO, "PreSync"));
    bench.worker("two");

    await()
        .during(Duration.ofSeconds(4))
        .atMost(Duration.ofSeconds(8))
        .until(
            () ->
                live("migrate")
                    .orElseThrow()
                    .getMetadata()
                    .getUid()
                    .equals(first.getMetadata().getUid()));
    end(first, true);
    end(awaitOther("migrate", first), true);
    bench.awaitApplied("shop", 2);
  }

  @Test
  void aFinishedJobOfOthersIsNotTakenForARun() {
    bench
        .fixture
        .client()
        .resource(jobManifest("migrate"))
        .inNamespace(bench.namespace)
        .serverSideApply();
    end(awaitJob("migrate"), true);
    bench.worker("one");
    send(1, configMap("web", "1"), with(jobManifest("migrate"), ARGO, "PreSync"));

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.code()).isEqualTo(ApplyFailure.OWNED_BY_ANOTHER);
    assertThat(failure.message()).contains("delete it, or rename the hook");
    assertThat(bench.value("web")).isEmpty();
  }

  @Test
  void theRemovalRunsItsHooksAndLeavesNothing() {
    requireDeletionOfJobs();
    bench.worker("one");
    send(
        1,
        configMap("web", "1"),
        with(jobManifest("backup"), ARGO, "PreDelete"),
        with(configMap("rules", "1"), HELM, "pre-delete", HELM + "-weight", "-1"),
        with(jobManifest("cleanup"), HELM, "post-delete"));
    bench.awaitApplied("shop", 1);
    assertThat(live("backup")).as("before the removal").isEmpty();

    bench.targets.send(bench.targets.removal("shop", 2, false));
    Job backup = awaitJob("backup");
    assertThat(bench.value("web")).as("objects wait for the hook before").contains("1");
    assertThat(bench.value("rules")).contains("1");
    end(backup, true);
    Job cleanup = awaitJob("cleanup");
    assertThat(bench.value("web")).as("the hook after comes later").isEmpty();
    end(cleanup, true);

    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> live("backup").isEmpty() && live("cleanup").isEmpty());
    assertThat(bench.value("rules")).isEmpty();
  }

  @Test
  void aFailedHookBeforeARemovalKeepsTheObjects() {
    bench.worker("one");
    send(1, configMap("web", "1"), with(jobManifest("backup"), ARGO, "PreDelete"));
    bench.awaitApplied("shop", 1);
    bench.targets.send(bench.targets.removal("shop", 2, false));
    end(awaitJob("backup"), false);

    assertThat(bench.awaitParked("shop").code()).isEqualTo(ApplyFailure.HOOK_FAILED);
    assertThat(bench.value("web")).contains("1");
  }

  /** Its controller ends the deletion of a Job by a request in JSON. */
  private void requireDeletionOfJobs() {
    bench.fixture.assumeJsonOfBuiltInKinds();
  }

  private void send(long generation, String... manifests) {
    bench.targets.send(bench.targets.target("shop", generation, manifests));
  }

  private static String[] chart(String value) {
    return new String[] {
      configMap("web", value),
      with(configMap("notify", value), HELM, "post-install,post-upgrade"),
      with(jobManifest("migrate"), HELM, "pre-install,pre-upgrade", HELM + "-weight", "5"),
      with(configMap("settings", value), HELM, "pre-install,pre-upgrade", HELM + "-weight", "-5")
    };
  }

  private static String jobManifest(String name) {
    return """
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: %s
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers: [{name: main, image: "registry.local/job:1"}]
    """
        .formatted(name);
  }

  /** Returns a manifest with annotations, which are names and values in turns. */
  private static String with(String manifest, String... annotations) {
    StringBuilder added = new StringBuilder("metadata:\n  annotations:\n");
    for (int i = 0; i < annotations.length; i += 2) {
      added.append("    %s: \"%s\"\n".formatted(annotations[i], annotations[i + 1]));
    }
    return manifest.replaceFirst("metadata:\n", added.toString());
  }

  private static List<String> changes(ResultEvent.Applied applied) {
    return applied.changes().stream()
        .map(change -> change.object().name() + " " + change.action())
        .toList();
  }

  private List<String> names(String prefix) {
    return bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .list()
        .getItems()
        .stream()
        .map(map -> map.getMetadata().getName())
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  private Job awaitJob(String name) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(() -> live(name), Optional::isPresent)
        .orElseThrow();
  }

  private Job awaitOther(String name, Job former) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                live(name)
                    .filter(
                        job -> !job.getMetadata().getUid().equals(former.getMetadata().getUid())),
            Optional::isPresent)
        .orElseThrow();
  }

  private void end(Job job, boolean complete) {
    jobs.end(job, complete);
  }

  private Optional<Job> live(String name) {
    return jobs.live(name);
  }
}
