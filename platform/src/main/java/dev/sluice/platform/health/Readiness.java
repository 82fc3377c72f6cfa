package dev.sluice.platform.health;

import java.util.List;

/**
 * The answer to a probe.
 *
 * @param text the state, or the reasons for being unready
 */
public record Readiness(boolean isReady, String text) {

  /** Returns unready with these reasons, or ready if there are none. */
  public static Readiness unless(List<String> reasons) {
    return reasons.isEmpty()
        ? new Readiness(true, "ok")
        : new Readiness(false, String.join("\n", reasons));
  }
}
