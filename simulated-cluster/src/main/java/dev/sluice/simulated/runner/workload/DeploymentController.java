package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Instant;
import java.util.Optional;

/** Deployments: one ReplicaSet for each template, and the rollout from the old to the new one. */
public final class DeploymentController implements Controller {
  private static final String COMPONENT = "deployment-controller";

  @Override
  public Kind kind() {
    return Kind.DEPLOYMENT;
  }

  @Override
  public String agent() {
    return Workloads.AGENT;
  }

  @Override
  public Plan plan(ObjectNode deployment, ObjectCache cache, Instant now) {
    Plan plan = new Plan();
    if (Metadata.of(deployment).isDeleted()
        || Ownership.adopt(kind(), deployment, Kind.REPLICA_SET, cache, plan)) {
      return plan;
    }
    Rollout rollout = new Rollout(deployment, cache.ownedBy(deployment, Kind.REPLICA_SET));
    DeploymentStatus status = new DeploymentStatus(deployment, now);
    boolean paused = deployment.at("/spec/paused").asBoolean();
    boolean existed = rollout.latest().isPresent();
    status.pause(paused);
    rollout.latest().ifPresent(status::found);
    boolean scales = paused || rollout.isScalingEvent();
    if (scales) {
      rollout.spread();
    } else if (rollout.isRolling()) {
      if (!rollout.growLatest()) {
        rollout.shrinkOld();
      }
    } else {
      recreate(rollout, cache);
    }
    if (!existed) {
      rollout.latest().ifPresent(status::created);
    }
    status.count(rollout);
    if (!scales) {
      status.progress(rollout, plan);
    }
    if (paused || status.isComplete(rollout)) {
      rollout.surplus().forEach(set -> plan.delete(Kind.REPLICA_SET, set.live()));
    }
    write(deployment, rollout, status, plan);
    return plan;
  }

  /** Creates the new pods when the old ones have ended. */
  private static void recreate(Rollout rollout, ObjectCache cache) {
    boolean stopped = rollout.stopOld();
    boolean running =
        rollout.old().stream()
            .flatMap(set -> cache.ownedBy(set.live(), Kind.POD).stream())
            .anyMatch(pod -> !Pods.isFinished(pod));
    if (!stopped && !running) {
      rollout.growLatest();
    }
  }

  private static void write(
      ObjectNode deployment, Rollout rollout, DeploymentStatus status, Plan plan) {
    for (ReplicaSetDraft set : rollout.all()) {
      set.write(plan);
      if (set.isScaled()) {
        plan.note(Note.normal(deployment, COMPONENT, "ScalingReplicaSet", set.scaling()));
      }
    }
    ObjectNode next = Workloads.with(deployment, status.json());
    Optional<ReplicaSetDraft> latest = rollout.latest();
    latest.ifPresent(
        set -> Metadata.annotate(next, ReplicaSetDraft.REVISION, Integer.toString(set.revision())));
    if (!next.equals(deployment)) {
      plan.status(Kind.DEPLOYMENT, next);
    }
  }
}
