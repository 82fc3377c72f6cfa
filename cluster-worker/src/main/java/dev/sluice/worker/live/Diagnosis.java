package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.health.HealthRules;
import dev.sluice.worker.health.ObjectHealth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Finds out why an object is not healthy: reads its Events, and, of a workload, its Pods and their
 * Events. A workload's own status does not say that a Pod cannot start.
 */
final class Diagnosis {

  private static final int MAX_DETAILS = 5;
  private static final int MAX_TEXT = 300;
  private static final int MAX_PODS = 200;

  private static final Set<GroupKind> WORKLOADS =
      Set.of(
          GroupKind.parse("Deployment.apps"),
          GroupKind.parse("StatefulSet.apps"),
          GroupKind.parse("DaemonSet.apps"),
          GroupKind.parse("ReplicaSet.apps"),
          GroupKind.parse("Job.batch"));

  /** Reasons of Events whose messages repeat the output of a program, which may be confidential. */
  private static final Set<String> WITH_OUTPUT =
      Set.of("FailedPostStartHook", "FailedPreStopHook", "Unhealthy");

  private final ClusterApi api;
  private final Discovery discovery;

  Diagnosis(ClusterApi api, Discovery discovery) {
    this.api = api;
    this.discovery = discovery;
  }

  /**
   * The result of a diagnosis.
   *
   * @param failing the health of a Pod that does not work; empty if none fails
   * @param details for people
   */
  record Finding(Optional<ObjectHealth> failing, List<String> details) {

    static final Finding NOTHING = new Finding(Optional.empty(), List.of());

    Finding {
      details = List.copyOf(details);
    }
  }

  Finding of(ObjectRef ref) throws InterruptedException {
    try {
      Optional<ObjectNode> live = discovery.read(ref);
      if (live.isEmpty()) {
        return Finding.NOTHING;
      }
      Set<String> details = new LinkedHashSet<>();
      Optional<ObjectHealth> failing = Optional.empty();
      if (WORKLOADS.contains(ref.groupKind())) {
        for (ObjectNode pod : pods(ref, live.get())) {
          ObjectHealth health = HealthRules.of(pod);
          if (health.health() == Health.DEGRADED) {
            String name = pod.path("metadata").path("name").asText("");
            String reason = "Pod %s: %s".formatted(name, health.reason());
            if (failing.isEmpty()) {
              failing = Optional.of(new ObjectHealth(Health.DEGRADED, reason));
              details.addAll(events(ref.namespace(), uid(pod)));
            } else {
              details.add(reason);
            }
          }
        }
      }
      details.addAll(events(ref.namespace(), uid(live.get())));
      return new Finding(failing, details.stream().limit(MAX_DETAILS).toList());
    } catch (ApiException e) {
      return new Finding(
          Optional.empty(),
          List.of("its Pods and Events cannot be read (%s)".formatted(e.status())));
    }
  }

  private static String uid(JsonNode object) {
    return object.path("metadata").path("uid").asText("");
  }

  /** Returns the Pods that a workload selects, {@value #MAX_PODS} at most. */
  private List<ObjectNode> pods(ObjectRef ref, ObjectNode workload) throws InterruptedException {
    Map<String, String> labels = new TreeMap<>();
    workload
        .path("spec")
        .path("selector")
        .path("matchLabels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText("")));
    if (labels.isEmpty()) {
      return List.of();
    }
    String selector =
        labels.entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(","));
    List<ObjectNode> pods = new ArrayList<>();
    api.list(
        "/api/v1/namespaces/%s/pods".formatted(ref.namespace()),
        selector,
        pod -> {
          if (pods.size() < MAX_PODS) {
            pods.add(pod.put("apiVersion", "v1").put("kind", "Pod"));
          }
        });
    return pods;
  }

  /** Returns the last warnings about an object, the newest first. */
  private List<String> events(String namespace, String uid) throws InterruptedException {
    List<JsonNode> events = new ArrayList<>();
    api.listFields(
        namespace.isEmpty()
            ? "/api/v1/events"
            : "/api/v1/namespaces/%s/events".formatted(namespace),
        "involvedObject.uid=" + uid + ",type=Warning",
        events::add);
    return events.stream()
        .sorted(Comparator.comparing(Diagnosis::time).reversed())
        .map(event -> shown(event))
        .distinct()
        .limit(MAX_DETAILS)
        .toList();
  }

  private static String shown(JsonNode event) {
    String reason = event.path("reason").asText("");
    return WITH_OUTPUT.contains(reason)
        ? reason
        : Excerpt.of(
            "%s: %s".formatted(reason, event.path("message").asText("").strip()), MAX_TEXT);
  }

  private static String time(JsonNode event) {
    String last = event.path("lastTimestamp").asText("");
    return last.isEmpty() || last.equals("null") ? event.path("eventTime").asText("") : last;
  }
}
