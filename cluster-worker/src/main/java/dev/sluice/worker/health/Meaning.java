package dev.sluice.worker.health;

import java.util.regex.Pattern;

/** The meaning of a condition's type. */
enum Meaning {
  /** True when something is wrong. */
  BAD(
      "Stalled|NotReady|Conflicted|Fallback|Invalid|InvalidSpec|InvalidRequest|ErrorOccurred"
          + "|HasErrors|ProgressDeadlineExceeded"
          + "|(?!No|Not|Never|Without).*(Failed|Failure|Error|Degraded|Unhealthy)"),
  /** True while a controller is at work. */
  PROGRESS(
      "Reconciling|Progressing|Issuing|RolloutProgressing|RollingOut|ScalingUp|ScalingDown"
          + "|Updating|Upgrading|Creating"),
  /** True when the whole object is as it should be. */
  SUMMARY(
      "Ready|Available|Healthy|Synced|Accepted|Programmed|ResolvedRefs|Established|Installed"
          + "|Reconciled|ResourcesUpToDate|Succeeded|Complete|Completed|Valid"),
  /** True when a part of the object is as it should be. */
  PART(
      "Configured|Deployed|Promoted|(?!Not|No|Partially)"
          + ".*(Ready|Available|Healthy|Established|Accepted|Synced|Succeeded)");

  private final Pattern types;

  Meaning(String types) {
    this.types = Pattern.compile(types);
  }

  boolean isOf(String type) {
    return types.matcher(type).matches();
  }
}
