package dev.sluice.platform.telemetry;

/** Metrics, tracing and heartbeats of a process, shared by the components that run in it. */
public record Telemetry(Metrics metrics, Tracing tracing, Heartbeats heartbeats) {

  /** Returns new metrics, with tracing and heartbeats off. */
  public static Telemetry untraced() {
    return new Telemetry(new Metrics(), Tracing.OFF, Heartbeats.OFF);
  }
}
