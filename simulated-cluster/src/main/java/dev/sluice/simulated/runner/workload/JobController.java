package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Jobs: pods until enough of them have succeeded or too many have failed.
 *
 * <p>A pod is counted in three steps, so that none is missed or counted twice: its uid enters the
 * status, then it loses its finalizer, and then the uid leaves the status for the counter.
 */
public final class JobController implements Controller {
  private static final String COMPONENT = "job-controller";
  static final String FINALIZER = "batch.kubernetes.io/job-tracking";

  private final Duration backoff;

  /**
   * Creates the rules.
   *
   * @param backoff time between the first failure of a pod and the next pod; it doubles with each
   */
  public JobController(Duration backoff) {
    this.backoff = backoff;
  }

  @Override
  public Kind kind() {
    return Kind.JOB;
  }

  @Override
  public String agent() {
    return Workloads.AGENT;
  }

  @Override
  public Plan plan(ObjectNode job, ObjectCache cache, Instant now) {
    Plan plan = new Plan();
    boolean managedByOther =
        !job.at("/spec/managedBy")
            .asText("kubernetes.io/job-controller")
            .startsWith("kubernetes.io/");
    List<ObjectNode> pods = cache.ownedBy(job, Kind.POD);
    if (Metadata.of(job).isDeleted() || managedByOther) {
      return plan;
    }
    JobState state = new JobState(job, pods, now);
    if (state.isFinished()) {
      pods.forEach(pod -> release(plan, pod));
      return plan;
    }
    state.decide(plan);
    if (state.isEnding() || state.isSuspended()) {
      state.active().forEach(pod -> plan.delete(Kind.POD, pod));
    } else {
      start(job, state, plan);
    }
    List<ObjectNode> released = state.count();
    state.finish();
    if (!state.status().equals(job.path("status"))) {
      plan.status(kind(), Workloads.with(job, state.status()));
      report(job, state, plan);
    }
    released.forEach(pod -> release(plan, pod));
    return plan;
  }

  private void start(ObjectNode job, JobState state, Plan plan) {
    int missing = state.missing();
    state.active().stream()
        .skip(Math.max(0, state.active().size() + Math.min(0, missing)))
        .forEach(pod -> plan.delete(Kind.POD, pod));
    if (missing <= 0 || state.delay(backoff, plan)) {
      return;
    }
    for (int i = 0; i < missing; i++) {
      ObjectNode pod = Pods.of(Kind.JOB, job, job.at("/spec/template"));
      Names.generate(pod, Metadata.of(job).name() + "-");
      pod.withObject("/metadata").withArray("/finalizers").add(FINALIZER);
      plan.create(Kind.POD, pod)
          .note(
              Note.normal(
                  job, COMPONENT, "SuccessfulCreate", "Created pod: " + Metadata.of(pod).name()));
      state.started();
    }
  }

  private static void release(Plan plan, ObjectNode pod) {
    if (!JobState.isTracked(pod)) {
      return;
    }
    ObjectNode next = pod.deepCopy();
    ArrayNode finalizers = next.withArray("/metadata/finalizers");
    finalizers.removeIf(finalizer -> finalizer.asText().equals(FINALIZER));
    if (finalizers.isEmpty()) {
      next.withObject("/metadata").remove("finalizers");
    }
    plan.replace(Kind.POD, next);
  }

  private static void report(ObjectNode job, JobState state, Plan plan) {
    JsonNode before = job.path("status");
    JsonNode failed = Conditions.find(state.status(), "Failed");
    if (!failed.isMissingNode()) {
      plan.note(
          Note.warning(
              job, COMPONENT, failed.path("reason").asText(), failed.path("message").asText()));
    } else if (Conditions.isTrue(state.status(), "Complete")) {
      plan.note(Note.normal(job, COMPONENT, "Completed", "Job completed"));
    } else if (Conditions.isTrue(state.status(), "Suspended")
        && !Conditions.isTrue(before, "Suspended")) {
      plan.note(Note.normal(job, COMPONENT, "Suspended", "Job suspended"));
    }
  }
}
