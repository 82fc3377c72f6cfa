package dev.sluice.platform.telemetry;

/** All series of one metric name. */
sealed interface Family permits Counter, Gauge, Histogram {

  String type();

  /** Appends the samples in Prometheus' text format. */
  void write(String name, StringBuilder text);
}
