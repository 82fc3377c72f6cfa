package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.healthy;
import static dev.sluice.worker.health.ObjectHealth.progressing;
import static dev.sluice.worker.health.ObjectHealth.suspended;

import dev.sluice.contract.name.GroupKind;
import java.util.Map;
import java.util.Optional;

/**
 * Health of the kinds that run replicas of a pod. A rollout is finished when {@code kubectl rollout
 * status} says so.
 */
final class WorkloadRules {

  private static final String STRATEGY = "spec/updateStrategy/type";

  static final Map<GroupKind, KindRule> RULES =
      Map.of(
          GroupKind.parse("Deployment.apps"),
          KindRule.withConditions(
              WorkloadRules::deployment,
              "spec/paused",
              "spec/replicas",
              "status/availableReplicas",
              "status/replicas",
              "status/updatedReplicas"),
          GroupKind.parse("StatefulSet.apps"),
          KindRule.withConditions(
              WorkloadRules::statefulSet,
              "spec/replicas",
              STRATEGY,
              "spec/updateStrategy/rollingUpdate/partition",
              "status/availableReplicas",
              "status/currentRevision",
              "status/readyReplicas",
              "status/replicas",
              "status/updateRevision",
              "status/updatedReplicas"),
          GroupKind.parse("DaemonSet.apps"),
          KindRule.withConditions(
              WorkloadRules::daemonSet,
              STRATEGY,
              "status/desiredNumberScheduled",
              "status/numberAvailable",
              "status/updatedNumberScheduled"),
          GroupKind.parse("ReplicaSet.apps"),
          replicas(),
          GroupKind.parse("ReplicationController"),
          replicas());

  private WorkloadRules() {}

  private static ObjectHealth deployment(Observed object) {
    long wanted = object.number("/spec/replicas", 1);
    long updated = object.number("/status/updatedReplicas");
    long available = object.number("/status/availableReplicas");
    long old = object.number("/status/replicas") - updated;
    String availability = Words.share(Math.min(available, wanted), wanted, "replica", "available");
    if (object.flag("/spec/paused")) {
      return suspended("is paused; %s", availability);
    }
    if (!object.isSeen(true)) {
      return notSeen(object);
    }
    Optional<Condition> late =
        object
            .condition("Progressing")
            .filter(each -> each.reason().equals("ProgressDeadlineExceeded"));
    if (late.isPresent()) {
      return degraded("exceeded its progress deadline; %s", availability);
    }
    if (updated < wanted) {
      return failure(object)
          .orElse(progressing("%s", Words.share(updated, wanted, "replica", "updated")));
    }
    if (old > 0) {
      return progressing("waits for %s to end", Words.count(old, "old replica"));
    }
    if (available < updated) {
      return progressing("%s", availability);
    }
    return complete(wanted, availability);
  }

  private static ObjectHealth statefulSet(Observed object) {
    long wanted = object.number("/spec/replicas", 1);
    long ready = object.number("/status/readyReplicas");
    long available = object.number("/status/availableReplicas", ready);
    long updated = object.number("/status/updatedReplicas");
    long partition = object.number("/spec/updateStrategy/rollingUpdate/partition");
    long surplus = object.number("/status/replicas") - wanted;
    if (!object.isSeen(true)) {
      return notSeen(object);
    }
    if (ready < wanted) {
      return progressing("%s", Words.share(ready, wanted, "replica", "ready"));
    }
    if (available < wanted) {
      return progressing("%s", Words.share(available, wanted, "replica", "available"));
    }
    if (surplus > 0) {
      return progressing("waits for %s to end", Words.count(surplus, "surplus replica"));
    }
    String readiness = Words.share(ready, wanted, "replica", "ready");
    boolean isCurrent =
        object.text("/status/updateRevision").equals(object.text("/status/currentRevision"));
    if (object.text("/spec/updateStrategy/type").equals("OnDelete")) {
      return isCurrent
          ? complete(wanted, readiness)
          : healthy(
              "%s; the others are updated when they are deleted (OnDelete)",
              Words.share(updated, wanted, "replica", "updated"));
    }
    if (partition > 0) {
      long due = Math.max(0, wanted - partition);
      return updated < due
          ? progressing("%s", Words.share(updated, due, "replica", "updated"))
          : healthy(
              "%s; the partition keeps %d at the old revision",
              readiness, Math.max(0, wanted - updated));
    }
    return isCurrent
        ? complete(wanted, readiness)
        : progressing("%s", Words.share(updated, wanted, "replica", "updated"));
  }

  private static ObjectHealth daemonSet(Observed object) {
    long wanted = object.number("/status/desiredNumberScheduled");
    long updated = object.number("/status/updatedNumberScheduled");
    long available = object.number("/status/numberAvailable");
    boolean onDelete = object.text("/spec/updateStrategy/type").equals("OnDelete");
    if (!object.isSeen(true)) {
      return notSeen(object);
    }
    if (updated < wanted && !onDelete) {
      return progressing("%s", Words.share(updated, wanted, "pod", "updated"));
    }
    String availability = Words.share(available, wanted, "pod", "available");
    if (available < wanted) {
      return progressing("%s", availability);
    }
    if (wanted == 0) {
      return healthy("no node needs its pods");
    }
    return updated < wanted
        ? healthy(
            "%s; the others are updated when they are deleted (OnDelete)",
            Words.share(updated, wanted, "pod", "updated"))
        : healthy("%s", availability);
  }

  private static KindRule replicas() {
    return KindRule.withConditions(
        WorkloadRules::replicaSet, "spec/replicas", "status/availableReplicas", "status/replicas");
  }

  private static ObjectHealth replicaSet(Observed object) {
    long wanted = object.number("/spec/replicas", 1);
    long available = object.number("/status/availableReplicas");
    long surplus = object.number("/status/replicas") - wanted;
    String availability = Words.share(available, wanted, "replica", "available");
    if (!object.isSeen(true)) {
      return notSeen(object);
    }
    if (available < wanted) {
      return failure(object).orElse(progressing("%s", availability));
    }
    return surplus > 0
        ? progressing("waits for %s to end", Words.count(surplus, "surplus replica"))
        : complete(wanted, availability);
  }

  /** Returns why pods cannot be created, such as an exceeded quota. */
  private static Optional<ObjectHealth> failure(Observed object) {
    return object
        .condition("ReplicaFailure")
        .filter(Condition::isTrue)
        .map(each -> degraded("cannot create pods: %s", each.words()));
  }

  private static ObjectHealth complete(long wanted, String state) {
    return wanted == 0 ? healthy("is scaled to 0 replicas") : healthy("%s", state);
  }

  private static ObjectHealth notSeen(Observed object) {
    return ConditionRules.notSeen(object);
  }
}
