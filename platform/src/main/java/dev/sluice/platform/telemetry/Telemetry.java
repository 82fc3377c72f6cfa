package dev.sluice.platform.telemetry;

/** What a process tells of itself: shared by the parts that run in it. */
public record Telemetry(Metrics metrics, Tracing tracing) {

  /** Metrics of its own, and no traces. */
  public static Telemetry untraced() {
    return new Telemetry(new Metrics(), Tracing.OFF);
  }
}
