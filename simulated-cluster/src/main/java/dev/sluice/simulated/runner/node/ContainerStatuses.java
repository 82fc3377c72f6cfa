package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Metadata;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/** Statuses of the containers of a pod after a step of its life. */
final class ContainerStatuses {
  private final ObjectNode pod;
  private final Life life;
  private final Timing timing;
  private final String now;
  private final List<String> unfinished;

  ContainerStatuses(ObjectNode pod, Life life, Timing timing, Instant now) {
    this.pod = pod;
    this.life = life;
    this.timing = timing;
    this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
    this.unfinished =
        pod.at("/spec/initContainers")
            .valueStream()
            .filter(container -> !isDone(container))
            .map(container -> container.path("name").asText())
            .toList();
  }

  /** Returns the init containers that have not done their work. */
  List<String> unfinished() {
    return unfinished;
  }

  boolean isInitialized() {
    return unfinished.isEmpty();
  }

  private boolean isDone(JsonNode container) {
    return life.step() != Life.Step.CREATING
        && (Behaviour.of(pod, container) == Behaviour.RUNS
            || life.step() == Life.Step.SUCCEEDED
            || (life.step() == Life.Step.READY && life.behaviour() == Behaviour.SLOW));
  }

  private boolean decides(JsonNode container) {
    return Behaviour.of(pod, container) == life.behaviour();
  }

  ArrayNode ofInitContainers() {
    ArrayNode statuses = JsonNodeFactory.instance.arrayNode();
    for (JsonNode container : pod.at("/spec/initContainers")) {
      JsonNode before = before("initContainerStatuses", container);
      ObjectNode status = blank(container, before);
      boolean sidecar = container.path("restartPolicy").asText().equals("Always");
      if (life.step() == Life.Step.CREATING) {
        wait(status, "PodInitializing", "");
      } else if (isDone(container) && sidecar) {
        run(status, before, true);
      } else if (isDone(container)) {
        end(status, before, 0, "Completed");
        status.put("ready", true);
      } else {
        byStep(status, container, before);
        status.put("ready", false);
      }
      statuses.add(status);
    }
    return statuses;
  }

  ArrayNode ofContainers() {
    ArrayNode statuses = JsonNodeFactory.instance.arrayNode();
    for (JsonNode container : pod.at("/spec/containers")) {
      JsonNode before = before("containerStatuses", container);
      ObjectNode status = blank(container, before);
      if (!isInitialized()) {
        wait(status, creating(), "");
      } else if (decides(container) || life.step() == Life.Step.CREATING) {
        byStep(status, container, before);
      } else if (life.step() == Life.Step.SUCCEEDED || life.step() == Life.Step.FAILED) {
        end(status, before, 0, "Completed");
      } else {
        run(status, before, true);
      }
      statuses.add(status);
    }
    return statuses;
  }

  private String creating() {
    return pod.at("/spec/initContainers").isEmpty() ? "ContainerCreating" : "PodInitializing";
  }

  private JsonNode before(String list, JsonNode container) {
    for (JsonNode status : pod.path("status").path(list)) {
      if (status.path("name").equals(container.path("name"))) {
        return status;
      }
    }
    return MissingNode.getInstance();
  }

  private ObjectNode blank(JsonNode container, JsonNode before) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.set("name", container.path("name"));
    status.set("image", container.path("image"));
    status.put("imageID", "").put("ready", false).put("started", false);
    status.put("restartCount", decides(container) ? life.restarts() : 0);
    status.set(
        "lastState", before.path("lastState").isObject() ? before.path("lastState") : object());
    return status;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private void byStep(ObjectNode status, JsonNode container, JsonNode before) {
    String image = container.path("image").asText();
    switch (life.step()) {
      case CREATING -> wait(status, creating(), "");
      case PULL_FAILED -> wait(status, "ErrImagePull", ContainerEvents.pullError(image));
      case PULL_BACK_OFF ->
          wait(
              status,
              "ImagePullBackOff",
              "Back-off pulling image \"%s\": ErrImagePull: %s"
                  .formatted(image, ContainerEvents.pullError(image)));
      case STARTED -> run(status, before, false);
      case READY ->
          run(
              status,
              before,
              life.behaviour() != Behaviour.CRASHES || !container.has("readinessProbe"));
      case EXITED, FAILED -> end(status, before, 1, "Error");
      case CRASH_BACK_OFF -> {
        wait(
            status,
            "CrashLoopBackOff",
            ContainerEvents.crashBackOff(
                pod, container.path("name").asText(), life.backOff(timing)));
        keepEnd(status, before);
        started(status);
      }
      case SUCCEEDED -> end(status, before, 0, "Completed");
    }
  }

  private static void wait(ObjectNode status, String reason, String message) {
    ObjectNode waiting = status.putObject("state").putObject("waiting").put("reason", reason);
    if (!message.isEmpty()) {
      waiting.put("message", message);
    }
  }

  private void run(ObjectNode status, JsonNode before, boolean ready) {
    JsonNode running = before.at("/state/running");
    boolean same =
        running.isObject()
            && before.path("restartCount").asInt() == status.path("restartCount").asInt();
    status
        .putObject("state")
        .putObject("running")
        .put("startedAt", same ? running.path("startedAt").asText() : now);
    keepEnd(status, before);
    status.put("ready", ready).put("started", true);
    started(status);
  }

  /** Keeps how the container ended before. */
  private static void keepEnd(ObjectNode status, JsonNode before) {
    if (before.at("/state/terminated").isObject()) {
      status.putObject("lastState").set("terminated", before.at("/state/terminated"));
    }
  }

  private void end(ObjectNode status, JsonNode before, int exitCode, String reason) {
    started(status);
    status
        .putObject("state")
        .putObject("terminated")
        .put("exitCode", exitCode)
        .put("reason", reason)
        .put("startedAt", before.at("/state/running/startedAt").asText(now))
        .put("finishedAt", now)
        .put("containerID", status.path("containerID").asText());
  }

  private void started(ObjectNode status) {
    String name = status.path("name").asText();
    String run = Metadata.of(pod).uid() + name + status.path("restartCount");
    status
        .put("imageID", "sha256:" + digest(status.path("image").asText()))
        .put("containerID", "containerd://" + digest(run));
  }

  private static String digest(String text) {
    String half =
        UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString().replace("-", "");
    return half + half;
  }
}
