package dev.sluice.worker.manifest;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What {@code helm.sh/hook} says of an object. What a release's test, deletion or rollback would
 * run is no part of what should be in the cluster. Hooks of install and upgrade belong to the
 * application like its other objects, and are applied before or after these.
 */
public final class HelmHooks {

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

  /** When an object is applied. */
  public enum Moment {
    BEFORE,
    WITH_THE_REST,
    AFTER
  }

  /**
   * When the object is to be applied.
   *
   * @param install whether nothing of the application was applied before
   */
  public static Moment moment(Manifest manifest, boolean install) {
    List<String> hooks = Arrays.stream(hooks(manifest).split(",", -1)).map(String::strip).toList();
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

  /** Hooks of less weight come first; as in Helm, what is no number weighs nothing. */
  public static int weight(Manifest manifest) {
    try {
      return Integer.parseInt(annotation(manifest, "helm.sh/hook-weight").strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Whether the object is to be applied. */
  public static boolean isApplied(Manifest manifest) {
    String hooks = hooks(manifest);
    return hooks.isBlank() || !isNeverApplied(hooks);
  }

  /**
   * Whether hooks, as the annotation lists them, are all of tests, deletions and rollbacks.
   *
   * @param hooks separated by commas
   */
  public static boolean isNeverApplied(String hooks) {
    return Arrays.stream(hooks.split(",", -1)).map(String::strip).allMatch(NEVER_APPLIED::contains);
  }

  private static String hooks(Manifest manifest) {
    return annotation(manifest, "helm.sh/hook");
  }

  private static String annotation(Manifest manifest, String name) {
    return manifest.content().path("metadata").path("annotations").path(name).asText();
  }
}
