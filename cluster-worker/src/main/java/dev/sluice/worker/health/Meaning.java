package dev.sluice.worker.health;

import java.util.Set;
import java.util.regex.Pattern;

/** The meaning of a condition's type. */
enum Meaning {
  /** True when something is wrong. */
  BAD(
      Set.of(
          "Stalled",
          "NotReady",
          "Conflicted",
          "Fallback",
          "Invalid",
          "InvalidSpec",
          "InvalidRequest",
          "ErrorOccurred",
          "HasErrors",
          "ProgressDeadlineExceeded"),
      "(?!No|Not|Never|Without).*(Failed|Failure|Error|Degraded|Unhealthy)"),
  /** True while a controller is at work. */
  PROGRESS(
      Set.of(
          "Reconciling",
          "Progressing",
          "Issuing",
          "RolloutProgressing",
          "RollingOut",
          "ScalingUp",
          "ScalingDown",
          "Updating",
          "Upgrading",
          "Creating"),
      "(?!)"),
  /** True when the whole object is as it should be. */
  SUMMARY(
      Set.of(
          "Ready",
          "Available",
          "Healthy",
          "Synced",
          "Accepted",
          "Programmed",
          "ResolvedRefs",
          "Established",
          "Installed",
          "Reconciled",
          "ResourcesUpToDate",
          "Succeeded",
          "Complete",
          "Completed",
          "Valid"),
      "(?!)"),
  /** True when a part of the object is as it should be. */
  PART(
      Set.of("Configured", "Deployed"),
      "(?!Not|No|Partially).*(Ready|Available|Healthy|Established|Accepted|Synced|Succeeded)");

  private final Set<String> types;
  private final Pattern pattern;

  Meaning(Set<String> types, String pattern) {
    this.types = types;
    this.pattern = Pattern.compile(pattern);
  }

  boolean isOf(String type) {
    return types.contains(type) || pattern.matcher(type).matches();
  }
}
