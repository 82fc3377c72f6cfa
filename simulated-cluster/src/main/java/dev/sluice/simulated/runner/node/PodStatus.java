package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Metadata;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.StreamSupport;

/** Status of a pod after a step of its life. */
final class PodStatus {
  private static final String HOST = "10.0.0.1";
  private static final int HOSTS = 254;

  private int addresses;

  /** Returns the status that follows from the last one and from the step. */
  ObjectNode of(ObjectNode pod, Life life, Timing timing, Instant now) {
    ObjectNode status =
        pod.path("status") instanceof ObjectNode before
            ? before.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    Life.Step step = life.step();
    int generation = Metadata.of(pod).generation();
    ContainerStatuses containers = new ContainerStatuses(pod, life, timing, now);
    status.put("observedGeneration", generation);
    status.put("phase", phase(step, containers.isInitialized()));
    status.put("hostIP", HOST);
    status.putArray("hostIPs").addObject().put("ip", HOST);
    if (!status.has("startTime")) {
      status.put("startTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
    }
    if (step != Life.Step.CREATING && !status.has("podIP")) {
      String address = pod.at("/spec/hostNetwork").asBoolean() ? HOST : nextAddress();
      status.put("podIP", address).putArray("podIPs").addObject().put("ip", address);
    }
    if (!pod.at("/spec/initContainers").isEmpty()) {
      status.set("initContainerStatuses", containers.ofInitContainers());
    }
    status.set("containerStatuses", containers.ofContainers());
    status.set("conditions", conditions(pod, status, containers, step, now));
    return status;
  }

  private String nextAddress() {
    int number = addresses++;
    return "10.244." + number / HOSTS % HOSTS + "." + (number % HOSTS + 1);
  }

  private static String phase(Life.Step step, boolean initialized) {
    return switch (step) {
      case CREATING, PULL_FAILED, PULL_BACK_OFF -> "Pending";
      case STARTED, READY, EXITED, CRASH_BACK_OFF -> initialized ? "Running" : "Pending";
      case SUCCEEDED -> "Succeeded";
      case FAILED -> "Failed";
    };
  }

  private static ArrayNode conditions(
      ObjectNode pod, JsonNode status, ContainerStatuses containers, Life.Step step, Instant now) {
    String ending =
        switch (step) {
          case SUCCEEDED -> "PodCompleted";
          case FAILED -> "PodFailed";
          default -> "";
        };
    List<String> unready =
        StreamSupport.stream(status.path("containerStatuses").spliterator(), false)
            .filter(container -> !container.path("ready").asBoolean())
            .map(container -> container.path("name").asText())
            .toList();
    String notReady = "containers with unready status: [" + String.join(" ", unready) + "]";
    ConditionList list = new ConditionList(pod, now);
    if (step == Life.Step.CREATING) {
      list.add("PodReadyToStartContainers", false, "PodSandboxNotReady", "no pod sandbox exists");
    } else if (ending.isEmpty()) {
      list.add("PodReadyToStartContainers", true, "", "");
    } else {
      list.add(
          "PodReadyToStartContainers", false, "PodSandboxNotReady", "pod sandbox is not ready");
    }
    if (containers.isInitialized()) {
      list.add("Initialized", true, ending.equals("PodCompleted") ? ending : "", "");
    } else {
      list.add(
          "Initialized",
          false,
          "ContainersNotInitialized",
          "containers with incomplete status: [" + String.join(" ", containers.unfinished()) + "]");
    }
    for (String type : List.of("Ready", "ContainersReady")) {
      if (!ending.isEmpty()) {
        list.add(type, false, ending, "");
      } else if (unready.isEmpty()) {
        list.add(type, true, "", "");
      } else {
        list.add(type, false, "ContainersNotReady", notReady);
      }
    }
    list.add("PodScheduled", true, "", "");
    return list.json();
  }

  /** Conditions in the making; those whose status stays keep their time. */
  private record ConditionList(ObjectNode pod, Instant now, ArrayNode json) {
    private ConditionList(ObjectNode pod, Instant now) {
      this(pod, now, JsonNodeFactory.instance.arrayNode());
    }

    private void add(String type, boolean holds, String reason, String message) {
      String status = holds ? "True" : "False";
      ObjectNode condition = json.addObject().put("type", type).put("status", status);
      condition.put("observedGeneration", Metadata.of(pod).generation());
      condition.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
      for (JsonNode before : pod.at("/status/conditions")) {
        if (before.path("type").asText().equals(type)
            && before.path("status").asText().equals(status)) {
          condition.set("lastTransitionTime", before.path("lastTransitionTime"));
        }
      }
      if (!reason.isEmpty()) {
        condition.put("reason", reason);
      }
      if (!message.isEmpty()) {
        condition.put("message", message);
      }
    }
  }
}
