package dev.sluice.platform.telemetry;

/** Metrics and tracing of a process, shared by the components that run in it. */
public record Telemetry(Metrics metrics, Tracing tracing) {

  /** Returns new metrics, with tracing off. */
  public static Telemetry untraced() {
    return new Telemetry(new Metrics(), Tracing.OFF);
  }
}
