package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads the end of the log of a hook that failed, for the message of its failure. */
final class HookLogs {

  static final GroupKind JOB = GroupKind.parse("Job.batch");
  static final GroupKind POD = GroupKind.parse("Pod");

  private static final int LINES = 20;
  private static final int MAX_BYTES = 16 * 1024;
  private static final int MAX_TEXT = 2_000;
  private static final int MAX_PODS = 200;

  private final ClusterApi api;

  HookLogs(ClusterApi api) {
    this.api = api;
  }

  /**
   * Returns the last lines of the log of a hook's newest failed container, with its name; empty if
   * there is none. Says so if the log cannot be read.
   */
  Optional<String> lastLines(ObjectRef hook) throws InterruptedException {
    if (!hook.groupKind().equals(JOB) && !hook.groupKind().equals(POD)) {
      return Optional.empty();
    }
    try {
      Optional<ObjectNode> pod =
          hook.groupKind().equals(POD)
              ? api.get(path(hook.namespace(), hook.name()))
              : newest(hook);
      Optional<String> container = pod.flatMap(HookLogs::failedContainer);
      return container.isEmpty() ? Optional.empty() : Optional.of(log(pod.get(), container.get()));
    } catch (ApiException e) {
      return Optional.of("its log cannot be read (%s)".formatted(e.status()));
    }
  }

  private Optional<ObjectNode> newest(ObjectRef job) throws InterruptedException {
    List<ObjectNode> pods = new ArrayList<>();
    api.list(
        "/api/v1/namespaces/%s/pods".formatted(job.namespace()),
        "job-name=" + job.name(),
        pod -> {
          if (pods.size() < MAX_PODS && failedContainer(pod).isPresent()) {
            pods.add(pod);
          }
        });
    return pods.stream()
        .max(
            Comparator.comparing(pod -> pod.path("metadata").path("creationTimestamp").asText("")));
  }

  private String log(ObjectNode pod, String container) throws InterruptedException {
    JsonNode metadata = pod.path("metadata");
    String name = metadata.path("name").asText("");
    String text =
        api.text(
            "%s/log?container=%s&tailLines=%d&limitBytes=%d"
                .formatted(
                    path(metadata.path("namespace").asText(""), name),
                    container,
                    LINES,
                    MAX_BYTES));
    return "the log of container %s of pod %s ends with: %s"
        .formatted(container, name, lastOf(text));
  }

  /** Returns the lines in one, the last ones if they are long. */
  private static String lastOf(String text) {
    String lines = String.join(" | ", text.strip().lines().map(String::strip).toList());
    if (lines.isEmpty()) {
      return "(nothing)";
    }
    return Excerpt.of(lines.substring(Math.max(0, lines.length() - MAX_TEXT)), MAX_TEXT);
  }

  /** Returns a container that ended with an error; one that runs before others first. */
  private static Optional<String> failedContainer(JsonNode pod) {
    for (String kind : List.of("initContainerStatuses", "containerStatuses")) {
      for (JsonNode status : pod.path("status").path(kind)) {
        boolean failed =
            status.at("/state/terminated/exitCode").asInt(0) != 0
                || status.at("/lastState/terminated/exitCode").asInt(0) != 0;
        if (failed) {
          return Optional.of(status.path("name").asText(""));
        }
      }
    }
    return Optional.empty();
  }

  private static String path(String namespace, String pod) {
    return "/api/v1/namespaces/%s/pods/%s".formatted(namespace, pod);
  }
}
