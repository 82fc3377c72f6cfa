package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * Evaluation of the annotations {@code sluice.dev/wave} and {@code argocd.argoproj.io/sync-wave}
 * (Argo CD, Sync Phases and Waves): objects of lower waves are applied, and healthy, before those
 * of higher ones.
 */
final class Waves {

  private static final List<String> NAMES =
      List.of("sluice.dev/wave", "argocd.argoproj.io/sync-wave");

  private Waves() {}

  /**
   * Returns the wave that an object declares; empty if it declares none.
   *
   * @throws IllegalArgumentException if it is no number; the message names the annotation
   */
  static OptionalInt of(JsonNode object) {
    JsonNode annotations = object.path("metadata").path("annotations");
    if (annotations.isEmpty()) {
      return OptionalInt.empty();
    }
    for (String name : NAMES) {
      String text = annotations.path(name).asText("").strip();
      if (!text.isEmpty()) {
        try {
          return OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(
              "has the annotation %s, which is no whole number".formatted(name), e);
        }
      }
    }
    return OptionalInt.empty();
  }
}
