package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.control.Note;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Events and messages of a kubelet about the containers of a pod. */
final class ContainerEvents {
  private ContainerEvents() {}

  /** Returns the events of the step that a pod has just taken. */
  static List<Note> of(ObjectNode pod, Life life) {
    List<Note> notes = new ArrayList<>();
    for (JsonNode container : pod.at("/spec/containers")) {
      boolean decides = Behaviour.of(pod, container) == life.behaviour();
      boolean begins = life.restarts() == 0;
      if (decides || begins) {
        add(notes, pod, container, life.step());
      }
    }
    return notes;
  }

  private static void add(List<Note> notes, ObjectNode pod, JsonNode container, Life.Step step) {
    String image = container.path("image").asText();
    switch (step) {
      case STARTED, READY -> {
        notes.add(
            note(
                pod,
                container,
                Note.Type.NORMAL,
                "Pulled",
                "Container image \"%s\" already present on machine and can be accessed by the pod"
                    .formatted(image)));
        notes.add(note(pod, container, Note.Type.NORMAL, "Created", "Container created"));
        notes.add(note(pod, container, Note.Type.NORMAL, "Started", "Container started"));
      }
      case PULL_FAILED -> {
        notes.add(
            note(pod, container, Note.Type.NORMAL, "Pulling", "Pulling image \"" + image + "\""));
        notes.add(
            note(
                pod,
                container,
                Note.Type.WARNING,
                "Failed",
                "Failed to pull image \"" + image + "\": " + pullError(image)));
        notes.add(note(pod, container, Note.Type.WARNING, "Failed", "Error: ErrImagePull"));
      }
      case PULL_BACK_OFF -> {
        notes.add(
            note(
                pod,
                container,
                Note.Type.NORMAL,
                "BackOff",
                "Back-off pulling image \"" + image + "\""));
        notes.add(note(pod, container, Note.Type.WARNING, "Failed", "Error: ImagePullBackOff"));
      }
      case CRASH_BACK_OFF ->
          notes.add(
              note(
                  pod,
                  container,
                  Note.Type.WARNING,
                  "BackOff",
                  "Back-off restarting failed container %s in pod %s"
                      .formatted(container.path("name").asText(), fullName(pod))));
      case CREATING, EXITED, SUCCEEDED, FAILED -> {}
    }
  }

  private static Note note(
      ObjectNode pod, JsonNode container, Note.Type type, String reason, String message) {
    String field = "spec.containers{" + container.path("name").asText() + "}";
    return new Note(pod, field, "kubelet", type, reason, message);
  }

  static String pullError(String image) {
    return "failed to pull and unpack image \"%1$s\": failed to resolve reference \"%1$s\": %1$s: not found"
        .formatted(image);
  }

  static String crashBackOff(JsonNode pod, String container, Duration backOff) {
    return "back-off %s restarting failed container=%s pod=%s"
        .formatted(text(backOff), container, fullName(pod));
  }

  private static String text(Duration duration) {
    long minutes = duration.toMinutes();
    return (minutes > 0 ? minutes + "m" : "") + duration.toSecondsPart() + "s";
  }

  private static String fullName(JsonNode pod) {
    Metadata metadata = Metadata.of(pod);
    return "%s_%s(%s)".formatted(metadata.name(), metadata.namespace(), metadata.uid());
  }
}
