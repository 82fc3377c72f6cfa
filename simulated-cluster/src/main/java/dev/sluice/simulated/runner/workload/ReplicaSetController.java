package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Instant;
import java.util.List;

/** ReplicaSets: as many pods of the template as wanted. */
public final class ReplicaSetController implements Controller {
  private static final String COMPONENT = "replicaset-controller";

  @Override
  public Kind kind() {
    return Kind.REPLICA_SET;
  }

  @Override
  public String agent() {
    return Workloads.AGENT;
  }

  @Override
  public Plan plan(ObjectNode set, ObjectCache cache, Instant now) {
    Plan plan = new Plan();
    boolean deleted = Metadata.of(set).isDeleted();
    if (!deleted && Ownership.adopt(kind(), set, Kind.POD, cache, plan)) {
      return plan;
    }
    List<ObjectNode> pods = cache.ownedBy(set, Kind.POD);
    List<ObjectNode> active = pods.stream().filter(Pods::isActive).toList();
    if (!deleted) {
      int missing = set.at("/spec/replicas").asInt() - active.size();
      for (int i = 0; i < missing; i++) {
        create(plan, set);
      }
      Pods.expendableFirst(active).stream()
          .limit(Math.max(0, -missing))
          .forEach(pod -> delete(plan, set, pod));
    }
    ObjectNode status = status(set, pods, active, now, plan);
    // the pods of this plan are counted by the next one, which follows from them
    if (plan.isEmpty() && !status.equals(set.path("status"))) {
      plan.status(kind(), Workloads.with(set, status));
    }
    return plan;
  }

  private static void create(Plan plan, ObjectNode set) {
    ObjectNode pod = Pods.of(Kind.REPLICA_SET, set, set.at("/spec/template"));
    Names.generate(pod, Metadata.of(set).name() + "-");
    plan.create(Kind.POD, pod)
        .note(
            Note.normal(
                set, COMPONENT, "SuccessfulCreate", "Created pod: " + Metadata.of(pod).name()));
  }

  private static void delete(Plan plan, ObjectNode set, ObjectNode pod) {
    plan.delete(Kind.POD, pod)
        .note(
            Note.normal(
                set, COMPONENT, "SuccessfulDelete", "Deleted pod: " + Metadata.of(pod).name()));
  }

  private static ObjectNode status(
      ObjectNode set, List<ObjectNode> pods, List<ObjectNode> active, Instant now, Plan plan) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    JsonNode labels = set.at("/spec/template/metadata/labels");
    status.put("replicas", active.size());
    Workloads.count(
        status,
        "fullyLabeledReplicas",
        active.stream().filter(pod -> carries(pod.at("/metadata/labels"), labels)).count());
    Workloads.count(status, "readyReplicas", active.stream().filter(Pods::isReady).count());
    Workloads.count(
        status,
        "availableReplicas",
        active.stream().filter(pod -> Pods.isAvailable(pod, set, now, plan)).count());
    status.put(
        "terminatingReplicas",
        (int)
            pods.stream()
                .filter(pod -> Metadata.of(pod).isDeleted() && !Pods.isFinished(pod))
                .count());
    return status.put("observedGeneration", Metadata.of(set).generation());
  }

  private static boolean carries(JsonNode labels, JsonNode wanted) {
    return wanted.properties().stream()
        .allMatch(label -> label.getValue().equals(labels.get(label.getKey())));
  }
}
