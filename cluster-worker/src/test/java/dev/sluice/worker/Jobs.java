package dev.sluice.worker;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The Jobs in the namespace of a bench, which runs no Pods for them. */
final class Jobs {

  private final Bench bench;

  Jobs(Bench bench) {
    this.bench = bench;
  }

  List<Job> all() {
    return jobs().list().getItems();
  }

  Optional<Job> live(String name) {
    return Optional.ofNullable(jobs().withName(name).get());
  }

  /** Waits until the Job has begun, and ends it. */
  void end(Job job, boolean complete) {
    await().atMost(Bench.PATIENCE).until(() -> begin(job));
    finish(job, complete);
  }

  /**
   * Returns whether this run of the Job has begun, which a real server's own controller sees to.
   *
   * @throws IllegalStateException if there is another run of it, or none
   */
  boolean begin(Job job) {
    String name = job.getMetadata().getName();
    Job live =
        live(name)
            .filter(found -> found.getMetadata().getUid().equals(job.getMetadata().getUid()))
            .orElseThrow(() -> new IllegalStateException("this run of " + name + " is gone"));
    if (live.getStatus() != null && live.getStatus().getStartTime() != null) {
      return true;
    }
    if (bench.fixture.isSimulated()) {
      patchStatus(name, "\"startTime\": \"%s\"".formatted(now()));
    }
    return false;
  }

  /**
   * Ends a Job that has begun, as the cluster's controller would once its Pods have. Kubernetes
   * 1.31 and later require the preceding condition, and the times.
   */
  void finish(Job job, boolean complete) {
    patchStatus(
        job.getMetadata().getName(),
        """
        "active": 0, %s"conditions": [
          {"type": "%s", "status": "True"}, {"type": "%s", "status": "True"}]\
        """
            .formatted(
                complete ? "\"completionTime\": \"%s\", ".formatted(now().plusSeconds(1)) : "",
                complete ? "SuccessCriteriaMet" : "FailureTarget",
                complete ? "Complete" : "Failed"));
  }

  private static Instant now() {
    return Instant.now().truncatedTo(SECONDS);
  }

  private void patchStatus(String name, String status) {
    var unused =
        jobs()
            .withName(name)
            .subresource("status")
            .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"status\": {" + status + "}}");
  }

  private NonNamespaceOperation<Job, JobList, ScalableResource<Job>> jobs() {
    return bench.fixture.client().batch().v1().jobs().inNamespace(bench.namespace);
  }
}
