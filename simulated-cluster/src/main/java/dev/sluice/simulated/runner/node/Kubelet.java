package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import dev.sluice.simulated.runner.control.Write;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pods: assigned to the only node, and run there without processes. */
public final class Kubelet implements Controller {
  private final String node;
  private final Timing timing;
  private final Map<String, Life> lives = new HashMap<>();
  private final Map<String, Instant> stops = new HashMap<>();
  private final PodStatus statuses = new PodStatus();

  /** Creates the rules of a node. */
  public Kubelet(String node, Timing timing) {
    this.node = node;
    this.timing = timing;
  }

  @Override
  public Kind kind() {
    return Kind.POD;
  }

  @Override
  public String agent() {
    return "kubelet/v1.37.0";
  }

  @Override
  public void forget(ObjectNode pod) {
    lives.remove(Metadata.of(pod).uid());
    stops.remove(Metadata.of(pod).uid());
  }

  @Override
  public Plan plan(ObjectNode pod, ObjectCache cache, Instant now) {
    Plan plan = new Plan();
    String assigned = pod.at("/spec/nodeName").asText();
    if (assigned.isEmpty()) {
      return isSchedulable(pod) ? schedule(pod, plan) : plan;
    }
    boolean finished = List.of("Succeeded", "Failed").contains(pod.at("/status/phase").asText());
    if (!assigned.equals(node)) {
      return plan;
    }
    if (Metadata.of(pod).isDeleted()) {
      return stop(pod, now, plan);
    }
    return finished ? plan : run(pod, now, plan);
  }

  private static boolean isSchedulable(ObjectNode pod) {
    return !Metadata.of(pod).isDeleted()
        && pod.at("/spec/schedulingGates").isEmpty()
        && pod.at("/spec/schedulerName").asText().equals("default-scheduler");
  }

  private Plan schedule(ObjectNode pod, Plan plan) {
    Metadata metadata = Metadata.of(pod);
    String message =
        "Successfully assigned %s/%s to %s".formatted(metadata.namespace(), metadata.name(), node);
    return plan.write(new Write.Bind(pod, node))
        .note(Note.normal(pod, "default-scheduler", "Scheduled", message));
  }

  private Plan stop(ObjectNode pod, Instant now, Plan plan) {
    Instant end = stops.computeIfAbsent(Metadata.of(pod).uid(), uid -> now.plus(timing.stop()));
    if (now.isBefore(end)) {
      return plan.again(end);
    }
    boolean ended = pod.at("/metadata/deletionGracePeriodSeconds").asInt() == 0;
    return ended ? plan : plan.write(new Write.End(pod));
  }

  private Plan run(ObjectNode pod, Instant now, Plan plan) {
    String uid = Metadata.of(pod).uid();
    Life known = lives.get(uid);
    Life life = known == null ? arrive(pod, now) : known;
    if (life.due().filter(time -> !now.isBefore(time)).isPresent()) {
      life = life.next(timing, now);
      ContainerEvents.of(pod, life).forEach(plan::note);
    }
    if (!life.equals(known)) {
      Life reached = life;
      ObjectNode next = pod.deepCopy();
      next.set("status", statuses.of(pod, life, timing, now));
      plan.status(Kind.POD, next).then(() -> lives.put(uid, reached));
    }
    life.due().ifPresent(plan::again);
    return plan;
  }

  private Life arrive(ObjectNode pod, Instant now) {
    return pod.path("status").has("startTime")
        ? Life.resume(pod, behaviour(pod), timing, now)
        : Life.begin(pod, behaviour(pod), timing, now);
  }

  private static Behaviour behaviour(JsonNode pod) {
    return List.of("initContainers", "containers").stream()
        .flatMap(list -> pod.path("spec").path(list).valueStream())
        .map(container -> Behaviour.of(pod, container))
        .min(Comparator.naturalOrder())
        .orElse(Behaviour.RUNS);
  }
}
