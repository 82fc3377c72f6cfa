package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.runner.api.Metadata;
import java.util.Arrays;

/** Behaviour of a pod's containers, chosen by an annotation of the pod or the name of an image. */
public enum Behaviour {
  /** The image cannot be pulled. */
  PULL_FAILS("pull-fails"),
  /** The container ends with exit code 1 soon after its start. */
  CRASHES("crash"),
  /** The container is ready only after a long time. */
  SLOW("slow"),
  /** The container becomes ready and runs on. */
  RUNS("run");

  /** Annotation of pods whose value is one of the words below. */
  public static final String ANNOTATION = "simulated.sluice.dev/behaviour";

  private final String word;

  Behaviour(String word) {
    this.word = word;
  }

  /** Returns the behaviour of a container. */
  static Behaviour of(JsonNode pod, JsonNode container) {
    String annotation = Metadata.of(pod).annotation(ANNOTATION);
    if (!annotation.isEmpty()) {
      return Arrays.stream(values())
          .filter(behaviour -> behaviour.word.equals(annotation))
          .findFirst()
          .orElse(RUNS);
    }
    String image = container.path("image").asText();
    return Arrays.stream(values())
        .filter(behaviour -> behaviour != RUNS && image.contains(behaviour.word))
        .findFirst()
        .orElse(RUNS);
  }
}
