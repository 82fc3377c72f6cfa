package dev.sluice.platform.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A histogram of durations with fixed bounds, and one series for each combination of labels. */
public final class Histogram {

  private static final double NANOS = 1e9;

  private final MeterRegistry registry;
  private final String name;
  private final String help;
  private final Duration[] bounds;
  private final Map<Tags, Timer> series = new ConcurrentHashMap<>();

  Histogram(MeterRegistry registry, String name, String help, double... seconds) {
    this.registry = registry;
    this.name = name;
    this.help = help;
    this.bounds =
        Arrays.stream(seconds)
            .mapToObj(bound -> Duration.ofNanos(Math.round(bound * NANOS)))
            .toArray(Duration[]::new);
  }

  /** Adds a duration; a negative one, from the clocks of two machines, counts as zero. */
  public void add(Tags labels, Duration duration) {
    series
        .computeIfAbsent(labels, this::register)
        .record(duration.isNegative() ? Duration.ZERO : duration);
  }

  /**
   * Returns an action to run once in each period; it adds how much later than that it runs. Not
   * thread-safe.
   */
  Runnable lateness(Tags labels, Duration period) {
    return new Runnable() {
      private long due = System.nanoTime() + period.toNanos();

      @Override
      public void run() {
        long now = System.nanoTime();
        add(labels, Duration.ofNanos(now - due));
        due = now + period.toNanos();
      }
    };
  }

  boolean isUnused() {
    return series.isEmpty();
  }

  String help() {
    return help;
  }

  private Timer register(Tags labels) {
    return Timer.builder(name)
        .description(help)
        .tags(labels)
        .serviceLevelObjectives(bounds)
        .register(registry);
  }
}
