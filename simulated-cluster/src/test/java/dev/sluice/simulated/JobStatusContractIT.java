package dev.sluice.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Statuses of Jobs that the API server takes and refuses since Kubernetes 1.32. */
@Tag("kubernetes")
class JobStatusContractIT {
  private static final String COMPLETED =
      """
      "conditions": [
        {"type": "SuccessCriteriaMet", "status": "True"}, {"type": "Complete", "status": "True"}]""";

  private static ClusterFixture fixture;
  private static String namespace;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    namespace = fixture.namespace();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  @Test
  void refusesACompleteJobThatLacksItsTime() {
    started("timeless");

    refuses("timeless", COMPLETED, "status.completionTime: Required value: completionTime is");
  }

  @Test
  void refusesACompleteJobWithoutItsCriteria() {
    started("lucky");

    refuses(
        "lucky",
        "%s \"conditions\": [{\"type\": \"Complete\", \"status\": \"True\"}]"
            .formatted(completion()),
        "status.conditions: Invalid value: cannot set Complete=True condition without the"
            + " SuccessCriteriaMet=true condition");
  }

  @Test
  void refusesAFailedJobWithoutItsTarget() {
    started("failed");

    refuses(
        "failed",
        "\"conditions\": [{\"type\": \"Failed\", \"status\": \"True\"}]",
        "status.conditions: Invalid value: cannot set Failed=True condition without the"
            + " FailureTarget=true condition");
  }

  @Test
  void refusesAFinishedJobThatRuns() {
    started("running");

    refuses(
        "running",
        "\"active\": 1, " + completion() + COMPLETED,
        "status.active: Invalid value: 1: active>0 is invalid for finished job");
  }

  @Test
  void refusesACompletionTimeOfARunningJob() {
    started("early");

    refuses(
        "early",
        completion() + "\"active\": 0",
        "cannot set completionTime when there is no Complete=True condition");
  }

  @Test
  void refusesToResumeAFinishedJob() {
    started("finished");
    patch("finished", "\"active\": 0, " + completion() + COMPLETED);

    refuses(
        "finished",
        "\"conditions\": [{\"type\": \"Complete\", \"status\": \"False\"}]",
        "status.conditions: Invalid value: cannot disable the terminal Complete=True condition");
  }

  private static String completion() {
    return "\"completionTime\": \"%s\", ".formatted(now().plusSeconds(1));
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  /** Creates a Job, and starts it as its controller does, where there is none. */
  private static void started(String name) {
    assumeTrue(fixture.isAtLeast(37), "an earlier release takes any status");
    new Manifests(fixture.client(), namespace)
        .apply(
            "test",
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: %s}
            spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'a:1'}]}}}
            """
                .formatted(name));
    if (fixture.isSimulated()) {
      patch(name, "\"startTime\": \"%s\"".formatted(now()));
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> job(name).get().getStatus().getStartTime() != null);
  }

  private static void refuses(String name, String status, String message) {
    assertThat(Manifests.refusal(() -> patch(name, status)).getMessage())
        .startsWith("Job.batch \"" + name + "\" is invalid: ")
        .contains(message);
  }

  private static void patch(String name, String status) {
    job(name)
        .subresource("status")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"status\": {" + status + "}}");
  }

  private static ScalableResource<Job> job(String name) {
    return fixture.client().batch().v1().jobs().inNamespace(namespace).withName(name);
  }
}
