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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** DaemonSets: one pod on the only node, if its labels match. */
public final class DaemonSetController implements Controller {
  private static final String COMPONENT = "daemonset-controller";
  private static final String HASH = "controller-revision-hash";

  private final String node;
  private final Map<String, String> labels;

  /** Creates the rules for a node with these labels. */
  public DaemonSetController(String node, Map<String, String> labels) {
    this.node = node;
    this.labels = labels;
  }

  @Override
  public Kind kind() {
    return Kind.DAEMON_SET;
  }

  @Override
  public String agent() {
    return Workloads.AGENT;
  }

  @Override
  public Plan plan(ObjectNode set, ObjectCache cache, Instant now) {
    Plan plan = new Plan();
    if (Metadata.of(set).isDeleted() || Ownership.adopt(kind(), set, Kind.POD, cache, plan)) {
      return plan;
    }
    Revisions revisions = Revisions.of(kind(), set, HASH, cache, plan);
    String hash = revisions.latestHash(HASH);
    List<ObjectNode> pods = cache.ownedBy(set, Kind.POD);
    List<ObjectNode> live = pods.stream().filter(p -> !Metadata.of(p).isDeleted()).toList();
    List<ObjectNode> updated = live.stream().filter(pod -> isOf(pod, hash)).toList();
    List<ObjectNode> old = live.stream().filter(pod -> !isOf(pod, hash)).toList();
    if (!fits(set)) {
      live.forEach(pod -> delete(plan, set, pod));
    } else {
      Stream.concat(updated.stream(), old.stream())
          .filter(Pods::isFinished)
          .forEach(pod -> delete(plan, set, pod));
      replace(set, pods, updated, old, hash, now, plan);
    }
    ObjectNode status = status(set, live, updated, now, plan);
    if (!status.equals(set.path("status"))) {
      plan.status(kind(), Workloads.with(set, status));
    }
    Set<String> used = new HashSet<>();
    pods.forEach(pod -> used.add(Metadata.of(set).name() + "-" + Metadata.of(pod).label(HASH)));
    revisions.prune(set, used, plan);
    return plan;
  }

  private void replace(
      ObjectNode set,
      List<ObjectNode> pods,
      List<ObjectNode> updated,
      List<ObjectNode> old,
      String hash,
      Instant now,
      Plan plan) {
    boolean rolls = set.at("/spec/updateStrategy/type").asText().equals("RollingUpdate");
    boolean surges =
        Workloads.portion(set.at("/spec/updateStrategy/rollingUpdate/maxSurge"), 1, true) > 0;
    if (pods.isEmpty() || (rolls && surges && updated.isEmpty())) {
      plan.create(Kind.POD, pod(set, hash, plan));
    } else if (rolls && surges) {
      if (updated.stream().anyMatch(pod -> Pods.isAvailable(pod, set, now, plan))) {
        old.forEach(pod -> delete(plan, set, pod));
      }
    } else if (rolls) {
      old.forEach(pod -> delete(plan, set, pod));
    }
  }

  private static boolean isOf(ObjectNode pod, String hash) {
    return Metadata.of(pod).label(HASH).equals(hash);
  }

  private boolean fits(ObjectNode set) {
    return set.at("/spec/template/spec/nodeSelector").properties().stream()
        .allMatch(
            label -> label.getValue().asText().equals(labels.getOrDefault(label.getKey(), "")));
  }

  private static void delete(Plan plan, ObjectNode set, ObjectNode pod) {
    plan.delete(Kind.POD, pod)
        .note(
            Note.normal(
                set, COMPONENT, "SuccessfulDelete", "Deleted pod: " + Metadata.of(pod).name()));
  }

  private ObjectNode pod(ObjectNode set, String hash, Plan plan) {
    ObjectNode pod = Pods.of(Kind.DAEMON_SET, set, set.at("/spec/template"));
    Names.generate(pod, Metadata.of(set).name() + "-");
    pod.withObject("/metadata")
        .withObject("/labels")
        .put(HASH, hash)
        .put("pod-template-generation", Integer.toString(Metadata.of(set).generation()));
    ObjectNode term = JsonNodeFactory.instance.objectNode();
    term.withArray("/matchFields")
        .addObject()
        .put("key", "metadata.name")
        .put("operator", "In")
        .putArray("values")
        .add(node);
    ObjectNode affinity = pod.withObject("/spec").withObject("/affinity");
    affinity
        .withObject("/nodeAffinity")
        .withObject("/requiredDuringSchedulingIgnoredDuringExecution")
        .putArray("nodeSelectorTerms")
        .add(term);
    plan.note(
        Note.normal(set, COMPONENT, "SuccessfulCreate", "Created pod: " + Metadata.of(pod).name()));
    return pod;
  }

  private ObjectNode status(
      ObjectNode set, List<ObjectNode> live, List<ObjectNode> updated, Instant now, Plan plan) {
    boolean available = live.stream().anyMatch(pod -> Pods.isAvailable(pod, set, now, plan));
    boolean fits = fits(set);
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    JsonNode conditions = set.at("/status/conditions");
    if (!conditions.isMissingNode()) {
      status.set("conditions", conditions);
    }
    status.put("observedGeneration", Metadata.of(set).generation());
    status.put("desiredNumberScheduled", fits ? 1 : 0);
    status.put("currentNumberScheduled", fits && !live.isEmpty() ? 1 : 0);
    status.put("numberMisscheduled", !fits && !live.isEmpty() ? 1 : 0);
    status.put("numberReady", fits && live.stream().anyMatch(Pods::isReady) ? 1 : 0);
    Workloads.count(status, "updatedNumberScheduled", fits && !updated.isEmpty() ? 1 : 0);
    Workloads.count(status, "numberAvailable", fits && available ? 1 : 0);
    Workloads.count(status, "numberUnavailable", fits && !available ? 1 : 0);
    return status;
  }
}
