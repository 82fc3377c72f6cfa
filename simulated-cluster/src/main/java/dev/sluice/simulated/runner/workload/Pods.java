package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** States of pods that workload controllers count, and pods made of templates. */
final class Pods {
  private Pods() {}

  /** Returns whether the containers of a pod have ended for good. */
  static boolean isFinished(JsonNode pod) {
    return List.of("Succeeded", "Failed").contains(phase(pod));
  }

  /** Returns whether a pod counts as a replica. */
  static boolean isActive(JsonNode pod) {
    return !isFinished(pod) && !Metadata.of(pod).isDeleted();
  }

  static boolean isReady(JsonNode pod) {
    return Conditions.find(pod.path("status"), "Ready").path("status").asText().equals("True");
  }

  static String phase(JsonNode pod) {
    return pod.path("status").path("phase").asText();
  }

  /**
   * Returns whether a pod has been ready for a time; the plan looks again when it will have been.
   */
  static boolean isAvailable(JsonNode pod, JsonNode workload, Instant now, Plan plan) {
    int seconds = workload.at("/spec/minReadySeconds").asInt();
    if (!isReady(pod) || seconds == 0) {
      return isReady(pod);
    }
    Instant since = Conditions.since(Conditions.find(pod.path("status"), "Ready"));
    Instant available = since.plusSeconds(seconds);
    if (now.isBefore(available)) {
      plan.again(available);
      return false;
    }
    return true;
  }

  /** Returns pods in the order in which they are deleted when a workload is scaled down. */
  static List<ObjectNode> expendableFirst(List<ObjectNode> pods) {
    return pods.stream()
        .sorted(
            Comparator.comparing((ObjectNode pod) -> !pod.at("/spec/nodeName").asText().isEmpty())
                .thenComparing(pod -> phase(pod).equals("Running"))
                .thenComparing(Pods::isReady)
                .thenComparing(
                    pod -> pod.at("/metadata/creationTimestamp").asText(),
                    Comparator.reverseOrder()))
        .toList();
  }

  /** Returns a pod of a template, owned by a workload, without a name. */
  static ObjectNode of(Kind kind, JsonNode workload, JsonNode template) {
    ObjectNode pod = Kind.POD.blank(Metadata.of(workload).namespace());
    ObjectNode metadata = pod.withObject("/metadata");
    for (String field : List.of("labels", "annotations", "finalizers")) {
      if (template.path("metadata").has(field)) {
        metadata.set(field, template.path("metadata").path(field).deepCopy());
      }
    }
    metadata.set("ownerReferences", Metadata.ownedBy(kind, workload));
    pod.set("spec", template.path("spec").deepCopy());
    return pod;
  }
}
