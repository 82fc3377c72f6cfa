package dev.sluice.worker.manifest;

import java.util.Arrays;
import java.util.Set;

/**
 * Which objects {@code helm.sh/hook} takes out of a rendering. What a release's test, deletion or
 * rollback would run is no part of what should be in the cluster. Hooks of install and upgrade are
 * ordinary objects here: they are applied with the others, in the order of their kinds.
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

  /** Whether the object is to be applied. */
  public static boolean isApplied(Manifest manifest) {
    String hooks =
        manifest.content().path("metadata").path("annotations").path("helm.sh/hook").asText();
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
}
