package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** StatefulSets: pods with a number and a volume of their own, created and updated in order. */
public final class StatefulSetController implements Controller {
  static final String COMPONENT = "statefulset-controller";
  private static final String HASH = "controller.kubernetes.io/hash";

  @Override
  public Kind kind() {
    return Kind.STATEFUL_SET;
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
    String current = set.at("/status/currentRevision").asText();
    Turn turn =
        new Turn(set, revisions, revisions.has(current) ? current : revisions.latest(), plan, now);
    Set<String> used = new HashSet<>(Set.of(turn.current));
    for (ObjectNode pod : cache.ownedBy(set, Kind.POD)) {
      turn.pods.put(StatefulPods.ordinal(pod), pod);
      used.add(Metadata.of(pod).label(StatefulPods.REVISION));
    }
    if (turn.keep(cache) && turn.shrink()) {
      turn.update();
    }
    ObjectNode status = turn.status();
    if (!status.equals(set.path("status"))) {
      plan.status(kind(), Workloads.with(set, status));
    }
    revisions.prune(set, used, plan);
    return plan;
  }

  /** One look at a StatefulSet. Each step returns whether the next one may be taken. */
  private static final class Turn {
    private final ObjectNode set;
    private final Revisions revisions;
    private final String current;
    private final Plan plan;
    private final Instant now;
    private final TreeMap<Integer, ObjectNode> pods = new TreeMap<>();
    private final List<ObjectNode> created = new ArrayList<>();
    private final Set<ObjectNode> deleted = new HashSet<>();
    private final boolean ordered;
    private final int start;
    private final int end;

    private Turn(ObjectNode set, Revisions revisions, String current, Plan plan, Instant now) {
      this.set = set;
      this.revisions = revisions;
      this.current = current;
      this.plan = plan;
      this.now = now;
      this.ordered = !set.at("/spec/podManagementPolicy").asText().equals("Parallel");
      this.start = set.at("/spec/ordinals/start").asInt();
      this.end = start + set.at("/spec/replicas").asInt();
    }

    private boolean keep(ObjectCache cache) {
      boolean complete = true;
      for (int ordinal = start; ordinal < end; ordinal++) {
        ObjectNode pod = pods.get(ordinal);
        boolean fine = pod != null && !isTerminating(pod) && isAvailable(pod);
        if (pod == null) {
          create(ordinal, cache);
        } else if (Pods.isFinished(pod)) {
          delete(pod);
          complete = false;
        }
        if (!fine && ordered) {
          return false;
        }
      }
      return complete;
    }

    private void create(int ordinal, ObjectCache cache) {
      String revision = ordinal < start + partition() ? current : revisions.latest();
      ObjectNode pod = StatefulPods.create(set, revisions.template(revision), revision, ordinal);
      StatefulPods.claims(set, pod, cache, plan);
      plan.create(Kind.POD, pod);
      report("Create Pod %s in StatefulSet %s successful", "SuccessfulCreate", pod);
      created.add(pod);
    }

    private int partition() {
      return set.at("/spec/updateStrategy/rollingUpdate/partition").asInt();
    }

    private void delete(ObjectNode pod) {
      if (!isTerminating(pod) && deleted.add(pod)) {
        plan.delete(Kind.POD, pod);
        report("Delete Pod %s in StatefulSet %s successful", "SuccessfulDelete", pod);
      }
    }

    private void report(String message, String reason, ObjectNode pod) {
      plan.note(
          Note.normal(
              set,
              COMPONENT,
              reason,
              message.formatted(Metadata.of(pod).name(), Metadata.of(set).name())));
    }

    private boolean shrink() {
      for (int ordinal : pods.descendingKeySet()) {
        if (ordinal >= end || ordinal < start) {
          delete(pods.get(ordinal));
          if (ordered) {
            return false;
          }
        }
      }
      return true;
    }

    private void update() {
      if (!set.at("/spec/updateStrategy/type").asText().equals("RollingUpdate")) {
        return;
      }
      int unavailable =
          (int) pods.values().stream().filter(p -> isTerminating(p) || !isAvailable(p)).count();
      int budget = maxUnavailable() - unavailable - created.size();
      for (int ordinal = end - 1; ordinal >= start + partition() && budget > 0; ordinal--) {
        ObjectNode pod = pods.get(ordinal);
        if (pod != null && !revision(pod).equals(revisions.latest()) && !isTerminating(pod)) {
          delete(pod);
          budget--;
        }
      }
    }

    private int maxUnavailable() {
      var value = set.at("/spec/updateStrategy/rollingUpdate/maxUnavailable");
      return value.isMissingNode() ? 1 : Math.max(1, Workloads.portion(value, end - start, true));
    }

    private boolean isAvailable(ObjectNode pod) {
      return Pods.phase(pod).equals("Running") && Pods.isAvailable(pod, set, now, plan);
    }

    private boolean isTerminating(ObjectNode pod) {
      return Metadata.of(pod).isDeleted();
    }

    private static String revision(ObjectNode pod) {
      return Metadata.of(pod).label(StatefulPods.REVISION);
    }

    private ObjectNode status() {
      int currentReplicas = 0;
      int updatedReplicas = 0;
      int ready = 0;
      int available = 0;
      List<ObjectNode> all = new ArrayList<>(pods.values());
      all.addAll(created);
      for (ObjectNode pod : all) {
        ready += Pods.phase(pod).equals("Running") && Pods.isReady(pod) ? 1 : 0;
        available += isAvailable(pod) ? 1 : 0;
        boolean counts = !isTerminating(pod) && !deleted.contains(pod);
        currentReplicas += counts && revision(pod).equals(current) ? 1 : 0;
        updatedReplicas += counts && revision(pod).equals(revisions.latest()) ? 1 : 0;
      }
      int wanted = end - start;
      boolean complete =
          set.at("/spec/updateStrategy/type").asText().equals("RollingUpdate")
              && updatedReplicas == wanted
              && ready == wanted
              && all.size() == wanted;
      ObjectNode status = JsonNodeFactory.instance.objectNode();
      status.put("observedGeneration", Metadata.of(set).generation());
      status.put("replicas", all.size());
      Workloads.count(status, "readyReplicas", ready);
      status.put("availableReplicas", available);
      Workloads.count(status, "currentReplicas", complete ? updatedReplicas : currentReplicas);
      Workloads.count(status, "updatedReplicas", updatedReplicas);
      status.put("currentRevision", complete ? revisions.latest() : current);
      status.put("updateRevision", revisions.latest());
      return status.put("collisionCount", 0);
    }
  }
}
