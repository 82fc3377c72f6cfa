package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** Status of a Deployment: its counters and its conditions Available and Progressing. */
final class DeploymentStatus {
  private static final String PROGRESSING = "Progressing";
  private static final String COMPLETE = "NewReplicaSetAvailable";
  private static final String TIMED_OUT = "ProgressDeadlineExceeded";
  private static final int NO_DEADLINE = Integer.MAX_VALUE;

  private final ObjectNode deployment;
  private final JsonNode before;
  private final Instant now;
  private final ObjectNode next = JsonNodeFactory.instance.objectNode();

  DeploymentStatus(ObjectNode deployment, Instant now) {
    this.deployment = deployment;
    this.before = deployment.path("status");
    this.now = now;
    if (before.has("conditions")) {
      next.set("conditions", before.path("conditions").deepCopy());
    }
  }

  ObjectNode json() {
    return next;
  }

  private boolean hasDeadline() {
    return deadline() != NO_DEADLINE;
  }

  private int deadline() {
    return deployment.at("/spec/progressDeadlineSeconds").asInt(NO_DEADLINE);
  }

  /** Records whether the Deployment is paused, or was resumed. */
  void pause(boolean paused) {
    JsonNode condition = Conditions.find(next, PROGRESSING);
    String reason = condition.path("reason").asText();
    if (!hasDeadline() || reason.equals(TIMED_OUT)) {
      return;
    }
    if (paused && !reason.equals("DeploymentPaused")) {
      put(PROGRESSING, "Unknown", "DeploymentPaused", "Deployment is paused");
    } else if (!paused && reason.equals("DeploymentPaused")) {
      put(PROGRESSING, "Unknown", "DeploymentResumed", "Deployment is resumed");
    }
  }

  /** Records that a ReplicaSet was created for the current template. */
  void created(ReplicaSetDraft set) {
    if (hasDeadline()) {
      put(
          PROGRESSING,
          "True",
          "NewReplicaSetCreated",
          "Created new replica set \"" + set.name() + "\"");
    }
  }

  /** Records that a ReplicaSet of the current template already existed. */
  void found(ReplicaSetDraft set) {
    if (hasDeadline() && Conditions.find(next, PROGRESSING).isMissingNode()) {
      put(
          PROGRESSING,
          "True",
          "FoundNewReplicaSet",
          "Found new replica set \"" + set.name() + "\"");
    }
  }

  /** Counts the replicas, and decides whether enough of them are available. */
  void count(Rollout rollout) {
    int available = rollout.sum("availableReplicas");
    next.put("observedGeneration", Metadata.of(deployment).generation());
    Workloads.count(next, "replicas", rollout.sum("replicas"));
    Workloads.count(
        next, "updatedReplicas", rollout.latest().map(set -> set.status("replicas")).orElse(0));
    Workloads.count(next, "readyReplicas", rollout.sum("readyReplicas"));
    Workloads.count(next, "availableReplicas", available);
    Workloads.count(next, "unavailableReplicas", Math.max(0, rollout.total() - available));
    next.put("terminatingReplicas", rollout.sum("terminatingReplicas"));
    if (before.has("collisionCount")) {
      next.set("collisionCount", before.path("collisionCount"));
    }
    if (available >= rollout.wanted() - rollout.maxUnavailable()) {
      put("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
    } else {
      put(
          "Available",
          "False",
          "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability.");
    }
  }

  /** Decides whether a rollout is complete, makes progress, or exceeds its deadline. */
  void progress(Rollout rollout, Plan plan) {
    if (!hasDeadline()) {
      Conditions.remove(next, PROGRESSING);
      return;
    }
    JsonNode current = Conditions.find(before, PROGRESSING);
    String subject =
        rollout
            .latest()
            .map(set -> "ReplicaSet \"" + set.name() + "\"")
            .orElse("Deployment \"" + Metadata.of(deployment).name() + "\"");
    boolean wasComplete =
        count("replicas") == count("updatedReplicas")
            && current.path("reason").asText().equals(COMPLETE);
    if (wasComplete) {
      return;
    }
    if (isComplete(rollout)) {
      put(PROGRESSING, "True", COMPLETE, subject + " has successfully progressed.");
    } else if (hasProgressed()) {
      progressed(current, subject + " is progressing.");
    } else if (isTimedOut(plan)) {
      put(PROGRESSING, "False", TIMED_OUT, subject + " has timed out progressing.");
    }
  }

  boolean isComplete(Rollout rollout) {
    int wanted = rollout.wanted();
    return count("updatedReplicas") == wanted
        && count("replicas") == wanted
        && count("availableReplicas") == wanted;
  }

  private boolean hasProgressed() {
    return grown("updatedReplicas")
        || grown("readyReplicas")
        || grown("availableReplicas")
        || count("replicas") - count("updatedReplicas")
            < before.path("replicas").asInt() - before.path("updatedReplicas").asInt();
  }

  private boolean grown(String counter) {
    return count(counter) > before.path(counter).asInt();
  }

  private void progressed(JsonNode current, String message) {
    ObjectNode condition = condition(PROGRESSING, "True", "ReplicaSetUpdated", message);
    if (current.path("status").asText().equals("True")) {
      condition.set("lastTransitionTime", current.path("lastTransitionTime"));
    }
    Conditions.put(next, condition);
  }

  private boolean isTimedOut(Plan plan) {
    JsonNode current = Conditions.find(next, PROGRESSING);
    String reason = current.path("reason").asText();
    if (current.isMissingNode() || Set.of(COMPLETE, TIMED_OUT).contains(reason)) {
      return false;
    }
    Instant end =
        Conditions.time(current.path("lastUpdateTime")).plus(Duration.ofSeconds(deadline()));
    if (now.isAfter(end)) {
      return true;
    }
    plan.again(end.plusMillis(1));
    return false;
  }

  private int count(String counter) {
    return next.path(counter).asInt();
  }

  /** Sets a condition, unless its status and reason are the same already. */
  private void put(String type, String status, String reason, String message) {
    JsonNode current = Conditions.find(next, type);
    boolean sameStatus = current.path("status").asText().equals(status);
    if (sameStatus && current.path("reason").asText().equals(reason)) {
      return;
    }
    ObjectNode condition = condition(type, status, reason, message);
    if (sameStatus) {
      condition.set("lastTransitionTime", current.path("lastTransitionTime"));
    }
    Conditions.put(next, condition);
  }

  private ObjectNode condition(String type, String status, String reason, String message) {
    ObjectNode condition = JsonNodeFactory.instance.objectNode();
    condition.put("type", type).put("status", status);
    condition.put("lastUpdateTime", Conditions.format(now));
    condition.put("lastTransitionTime", Conditions.format(now));
    return condition.put("reason", reason).put("message", message);
  }
}
