package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Scales of the ReplicaSets of a Deployment, and the steps from the old ones to the new one. */
final class Rollout {
  private final ObjectNode deployment;
  private final List<ReplicaSetDraft> old = new ArrayList<>();
  private @Nullable ReplicaSetDraft latest;

  Rollout(ObjectNode deployment, List<ObjectNode> sets) {
    this.deployment = deployment;
    for (ReplicaSetDraft set :
        sets.stream()
            .map(ReplicaSetDraft::of)
            .sorted(
                Comparator.comparing(ReplicaSetDraft::created).thenComparing(ReplicaSetDraft::name))
            .toList()) {
      if (latest == null && set.hasTemplateOf(deployment)) {
        latest = set;
      } else {
        old.add(set);
      }
    }
    if (latest != null) {
      latest.inherit(deployment, nextRevision());
    }
  }

  private int nextRevision() {
    return old.stream().mapToInt(ReplicaSetDraft::revision).max().orElse(0) + 1;
  }

  /** Returns the ReplicaSet of the current template, if it exists. */
  Optional<ReplicaSetDraft> latest() {
    return Optional.ofNullable(latest);
  }

  List<ReplicaSetDraft> old() {
    return old;
  }

  List<ReplicaSetDraft> all() {
    return Stream.concat(old.stream(), latest().stream()).toList();
  }

  /** Creates the ReplicaSet of the current template, with its first pods. */
  ReplicaSetDraft createLatest() {
    ReplicaSetDraft created = ReplicaSetDraft.create(deployment);
    created.inherit(deployment, nextRevision());
    latest = created;
    scale(created, latestReplicas(created));
    return created;
  }

  int wanted() {
    return deployment.at("/spec/replicas").asInt(1);
  }

  boolean isRolling() {
    return deployment.at("/spec/strategy/type").asText().equals("RollingUpdate");
  }

  private int maxSurge() {
    JsonNode surge = deployment.at("/spec/strategy/rollingUpdate/maxSurge");
    return isRolling() ? Workloads.portion(surge, wanted(), true) : 0;
  }

  /** Returns how many of the wanted replicas may be unavailable. */
  int maxUnavailable() {
    if (!isRolling() || wanted() == 0) {
      return 0;
    }
    JsonNode value = deployment.at("/spec/strategy/rollingUpdate/maxUnavailable");
    int unavailable = Workloads.portion(value, wanted(), false);
    return Math.min(wanted(), maxSurge() == 0 ? Math.max(1, unavailable) : unavailable);
  }

  int total() {
    return all().stream().mapToInt(ReplicaSetDraft::replicas).sum();
  }

  int sum(String counter) {
    return all().stream().mapToInt(set -> set.status(counter)).sum();
  }

  private void scale(ReplicaSetDraft set, int replicas) {
    set.scale(replicas);
    set.setScale(wanted(), wanted() + maxSurge());
  }

  /** Returns whether the Deployment was scaled since its ReplicaSets were. */
  boolean isScalingEvent() {
    return all().stream()
        .filter(set -> set.replicas() > 0)
        .anyMatch(set -> set.desired() != wanted());
  }

  /** Scales the ReplicaSets of a Deployment that was scaled or is paused. */
  void spread() {
    List<ReplicaSetDraft> active = all().stream().filter(set -> set.replicas() > 0).toList();
    if (active.size() <= 1) {
      Optional<ReplicaSetDraft> only = active.stream().findFirst().or(this::latest);
      only.ifPresent(set -> scale(set, wanted()));
    } else if (latest != null && isSaturated(latest)) {
      active.stream().filter(set -> set != latest).forEach(set -> scale(set, 0));
      scale(latest, wanted());
    } else if (isRolling()) {
      spreadInProportion(active);
    }
  }

  private boolean isSaturated(ReplicaSetDraft set) {
    return set.replicas() == wanted()
        && set.desired() == wanted()
        && set.status("availableReplicas") == wanted();
  }

  private void spreadInProportion(List<ReplicaSetDraft> active) {
    int allowed = wanted() == 0 ? 0 : wanted() + maxSurge();
    int missing = allowed - total();
    List<ReplicaSetDraft> largest =
        active.stream().sorted(Comparator.comparing(ReplicaSetDraft::replicas).reversed()).toList();
    int left = missing;
    for (ReplicaSetDraft set : largest) {
      long share =
          set.max() == 0
              ? 0
              : Math.round((double) set.replicas() * allowed / set.max()) - set.replicas();
      int part = missing > 0 ? Math.clamp(share, 0, left) : Math.clamp(share, left, 0);
      left -= part;
      scale(set, set.replicas() + part);
    }
    ReplicaSetDraft first = largest.getFirst();
    scale(first, Math.max(0, first.replicas() + left));
  }

  private int latestReplicas(ReplicaSetDraft set) {
    if (!isRolling()) {
      return wanted();
    }
    int room = wanted() + maxSurge() - total();
    return room <= 0 ? set.replicas() : Math.min(wanted(), set.replicas() + room);
  }

  /** Scales the new ReplicaSet as far as allowed; returns whether that changes it. */
  boolean growLatest() {
    ReplicaSetDraft set = latest().orElseGet(this::createLatest);
    int replicas = set.replicas() > wanted() ? wanted() : latestReplicas(set);
    if (set.replicas() != replicas) {
      scale(set, replicas);
    }
    return set.isScaled();
  }

  /** Scales the old ReplicaSets down as far as allowed, those without available pods first. */
  void shrinkOld() {
    int minAvailable = wanted() - maxUnavailable();
    int pending = latest().map(set -> set.replicas() - set.status("availableReplicas")).orElse(0);
    int budget = total() - minAvailable - pending;
    if (budget <= 0) {
      return;
    }
    for (ReplicaSetDraft set : old) {
      int unhealthy = set.replicas() - set.status("availableReplicas");
      int part = Math.clamp(unhealthy, 0, budget);
      if (part > 0) {
        scale(set, set.replicas() - part);
        budget -= part;
      }
    }
    int available = sum("availableReplicas") - minAvailable;
    for (ReplicaSetDraft set : old) {
      int part = Math.clamp(set.replicas(), 0, Math.max(0, available));
      if (part > 0) {
        scale(set, set.replicas() - part);
        available -= part;
      }
    }
  }

  /** Scales all old ReplicaSets to zero; returns whether that changes any. */
  boolean stopOld() {
    old.stream().filter(set -> set.replicas() > 0).forEach(set -> scale(set, 0));
    return old.stream().anyMatch(ReplicaSetDraft::isScaled);
  }

  /** Returns the old ReplicaSets without pods that exceed the history, the oldest first. */
  List<ReplicaSetDraft> surplus() {
    int limit = deployment.at("/spec/revisionHistoryLimit").asInt(10);
    List<ReplicaSetDraft> empty =
        old.stream()
            .filter(set -> set.replicas() == 0 && set.status("replicas") == 0 && set.isObserved())
            .sorted(Comparator.comparing(ReplicaSetDraft::revision))
            .toList();
    return empty.subList(0, Math.max(0, Math.min(empty.size(), old.size() - limit)));
  }
}
