package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Evaluation of {@code helm.sh/hook} annotations. Hooks of a release's test, deletion or rollback
 * are not part of the desired state. Hooks of install and upgrade belong to the application like
 * its other objects, and are applied before or after these.
 */
public final class HelmHooks {

  private static final String HOOK = "helm.sh/hook";

  private static final Set<String> NEVER_APPLIED =
      Set.of(
          "test",
          "test-success",
          "test-failure",
          "pre-delete",
          "post-delete",
          "pre-rollback",
          "post-rollback");

  private HelmHooks() {}

  /** The time at which an object is applied. */
  public enum Moment {
    BEFORE,
    WITH_THE_REST,
    AFTER
  }

  /**
   * Returns when the object is applied.
   *
   * @param install whether nothing of the application was applied before
   */
  public static Moment moment(Manifest manifest, boolean install) {
    List<String> hooks =
        Arrays.stream(annotation(manifest.content(), HOOK).split(",", -1))
            .map(String::strip)
            .toList();
    String now = install ? "install" : "upgrade";
    for (List<String> kinds : List.of(List.of(now), List.of("install", "upgrade"))) {
      for (String kind : kinds) {
        if (hooks.contains("pre-" + kind)) {
          return Moment.BEFORE;
        }
        if (hooks.contains("post-" + kind)) {
          return Moment.AFTER;
        }
      }
    }
    return Moment.WITH_THE_REST;
  }

  /**
   * Returns the weight of a hook; lower ones run first. As in Helm, an invalid number counts as 0.
   */
  public static int weight(Manifest manifest) {
    try {
      return Integer.parseInt(annotation(manifest.content(), "helm.sh/hook-weight").strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Returns whether the object is applied at all. */
  static boolean isApplied(JsonNode object) {
    String hooks = annotation(object, HOOK);
    return hooks.isBlank() || !isNeverApplied(hooks);
  }

  /**
   * Returns whether all hooks in an annotation's list are of tests, deletions or rollbacks.
   *
   * @param hooks separated by commas
   */
  public static boolean isNeverApplied(String hooks) {
    return Arrays.stream(hooks.split(",", -1)).map(String::strip).allMatch(NEVER_APPLIED::contains);
  }

  private static String annotation(JsonNode object, String name) {
    return object.path("metadata").path("annotations").path(name).asText();
  }
}
