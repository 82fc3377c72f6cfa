package dev.sluice.platform.health;

import java.util.List;

/**
 * The answer to a probe.
 *
 * @param text the state, and why it is not ready where it is not
 */
public record Readiness(boolean isReady, String text) {

  /** Returns ready if there are no reasons against it. */
  public static Readiness unless(List<String> reasons) {
    return reasons.isEmpty()
        ? new Readiness(true, "ok")
        : new Readiness(false, String.join("\n", reasons));
  }
}
