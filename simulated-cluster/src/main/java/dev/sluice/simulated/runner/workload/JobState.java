package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Status of a Job: its counters, the pods that are not counted yet, and its conditions. */
final class JobState {
  private static final String UNCOUNTED = "uncountedTerminatedPods";
  private static final int LONGEST_DOUBLING = 6;

  private final ObjectNode job;
  private final List<ObjectNode> pods;
  private final List<ObjectNode> active;
  private final Instant now;
  private final ObjectNode status;
  private int started;

  JobState(ObjectNode job, List<ObjectNode> pods, Instant now) {
    this.job = job;
    this.pods = pods;
    this.now = now;
    this.active = pods.stream().filter(Pods::isActive).toList();
    this.status =
        job.path("status") instanceof ObjectNode before
            ? before.deepCopy()
            : JsonNodeFactory.instance.objectNode();
  }

  ObjectNode status() {
    return status;
  }

  List<ObjectNode> active() {
    return active;
  }

  boolean isFinished() {
    return Conditions.isTrue(status, "Complete") || Conditions.isTrue(status, "Failed");
  }

  /** Returns whether the Job has reached its end, although pods may still run. */
  boolean isEnding() {
    return Conditions.isTrue(status, "FailureTarget")
        || Conditions.isTrue(status, "SuccessCriteriaMet");
  }

  boolean isSuspended() {
    return job.at("/spec/suspend").asBoolean();
  }

  private int finished(String phase) {
    String list = phase.toLowerCase(java.util.Locale.ROOT);
    int pending =
        (int) pods.stream().filter(p -> Pods.phase(p).equals(phase) && isTracked(p)).count();
    int listed =
        (int)
            status
                .path(UNCOUNTED)
                .path(list)
                .valueStream()
                .filter(uid -> pods.stream().noneMatch(p -> isTracked(p) && is(p, uid)))
                .count();
    return status.path(list).asInt() + pending + listed;
  }

  private static boolean is(JsonNode pod, JsonNode uid) {
    return Metadata.of(pod).uid().equals(uid.asText());
  }

  /** Returns whether a pod has the finalizer that keeps it until it is counted. */
  static boolean isTracked(JsonNode pod) {
    return pod.at("/metadata/finalizers")
        .valueStream()
        .anyMatch(finalizer -> finalizer.asText().equals(JobController.FINALIZER));
  }

  /** Decides whether the Job begins, is suspended, or has reached its end. */
  void decide(Plan plan) {
    if (isSuspended()) {
      status.remove("startTime");
      if (!Conditions.isTrue(status, "Suspended")) {
        put("Suspended", "True", "JobSuspended", "Job suspended");
      }
      return;
    }
    if (Conditions.isTrue(status, "Suspended")) {
      put("Suspended", "False", "JobResumed", "Job resumed");
    }
    if (!status.has("startTime")) {
      status.put("startTime", Conditions.format(now));
    }
    if (isEnding()) {
      return;
    }
    JsonNode completions = job.at("/spec/completions");
    int succeeded = finished("Succeeded");
    boolean complete =
        completions.isMissingNode()
            ? succeeded > 0 && active.isEmpty()
            : succeeded >= completions.asInt();
    if (failures() > job.at("/spec/backoffLimit").asInt(6)) {
      put(
          "FailureTarget",
          "True",
          "BackoffLimitExceeded",
          "Job has reached the specified backoff limit");
    } else if (isOverdue(plan)) {
      put(
          "FailureTarget",
          "True",
          "DeadlineExceeded",
          "Job was active longer than specified deadline");
    } else if (complete) {
      put(
          "SuccessCriteriaMet",
          "True",
          "CompletionsReached",
          "Reached expected number of succeeded pods");
    }
  }

  private int failures() {
    int restarts =
        job.at("/spec/template/spec/restartPolicy").asText().equals("OnFailure")
            ? active.stream()
                .flatMap(pod -> pod.at("/status/containerStatuses").valueStream())
                .mapToInt(container -> container.path("restartCount").asInt())
                .sum()
            : 0;
    return finished("Failed") + restarts;
  }

  private boolean isOverdue(Plan plan) {
    JsonNode seconds = job.at("/spec/activeDeadlineSeconds");
    if (seconds.isMissingNode()) {
      return false;
    }
    Instant end = Conditions.time(status.path("startTime")).plusSeconds(seconds.asLong());
    if (now.isBefore(end)) {
      plan.again(end);
      return false;
    }
    return true;
  }

  /** Returns how many pods the Job lacks; negative if it has too many. */
  int missing() {
    int parallel = job.at("/spec/parallelism").asInt(1);
    JsonNode completions = job.at("/spec/completions");
    if (completions.isMissingNode()) {
      return finished("Succeeded") > 0 ? 0 : parallel - active.size();
    }
    int left = completions.asInt() - finished("Succeeded");
    return Math.min(parallel, left) - active.size();
  }

  /** Returns whether a new pod has to wait, because the last ones failed. */
  boolean delay(Duration backoff, Plan plan) {
    int failed = finished("Failed");
    if (failed == 0) {
      return false;
    }
    Instant last =
        pods.stream()
            .filter(pod -> Pods.phase(pod).equals("Failed"))
            .map(pod -> Conditions.since(Conditions.find(pod.path("status"), "Ready")))
            .max(Instant::compareTo)
            .orElse(Instant.EPOCH);
    Instant next = last.plus(backoff.multipliedBy(1L << Math.min(failed - 1, LONGEST_DOUBLING)));
    if (now.isBefore(next)) {
      plan.again(next);
      return true;
    }
    return false;
  }

  /** Counts a new pod. */
  void started() {
    started++;
  }

  /** Takes finished pods into the status, and returns those that may lose their finalizer. */
  List<ObjectNode> count() {
    List<ObjectNode> released = new ArrayList<>();
    Map<String, ObjectNode> tracked = new HashMap<>();
    pods.stream()
        .filter(pod -> Pods.isFinished(pod) && isTracked(pod))
        .forEach(pod -> tracked.put(Metadata.of(pod).uid(), pod));
    ObjectNode uncounted = JsonNodeFactory.instance.objectNode();
    for (String list : List.of("succeeded", "failed")) {
      ArrayNode kept = JsonNodeFactory.instance.arrayNode();
      for (JsonNode uid : status.path(UNCOUNTED).path(list)) {
        ObjectNode pod = tracked.remove(uid.asText());
        if (pod == null) {
          status.put(list, status.path(list).asInt() + 1);
        } else {
          kept.add(uid);
          released.add(pod);
        }
      }
      tracked.values().stream()
          .filter(pod -> Pods.phase(pod).equalsIgnoreCase(list))
          .forEach(
              pod -> {
                kept.add(Metadata.of(pod).uid());
                released.add(pod);
              });
      if (!kept.isEmpty()) {
        uncounted.set(list, kept);
      }
    }
    status.set(UNCOUNTED, uncounted);
    return released;
  }

  /** Counts running pods, and ends the Job if none is left. */
  void finish() {
    boolean stops = isEnding() || isSuspended();
    int running = stops ? 0 : active.size() + started;
    int terminating = (int) pods.stream().filter(pod -> isTerminating(pod, stops)).count();
    Workloads.count(status, "active", running);
    status.put("terminating", terminating);
    status.put("ready", stops ? 0 : (int) active.stream().filter(Pods::isReady).count());
    if (!isEnding() || terminating > 0 || !status.path(UNCOUNTED).isEmpty()) {
      return;
    }
    JsonNode failure = Conditions.find(status, "FailureTarget");
    JsonNode cause =
        failure.isMissingNode() ? Conditions.find(status, "SuccessCriteriaMet") : failure;
    if (failure.isMissingNode()) {
      status.put("completionTime", Conditions.format(now));
    }
    put(
        failure.isMissingNode() ? "Complete" : "Failed",
        "True",
        cause.path("reason").asText(),
        cause.path("message").asText());
  }

  private static boolean isTerminating(JsonNode pod, boolean stops) {
    return !Pods.isFinished(pod) && (stops || Metadata.of(pod).isDeleted());
  }

  private void put(String type, String value, String reason, String message) {
    ObjectNode condition = JsonNodeFactory.instance.objectNode();
    condition.put("type", type).put("status", value);
    condition.put("lastProbeTime", Conditions.format(now));
    condition.put("lastTransitionTime", Conditions.format(now));
    Conditions.put(status, condition.put("reason", reason).put("message", message));
  }
}
