package dev.sluice.platform.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A counter with one series for each combination of labels. */
public final class Counter {

  private final MeterRegistry registry;
  private final String name;
  private final String help;
  private final Map<Tags, io.micrometer.core.instrument.Counter> series = new ConcurrentHashMap<>();

  Counter(MeterRegistry registry, String name, String help) {
    this.registry = registry;
    this.name = name;
    this.help = help;
  }

  /** Adds to a series; zero makes it visible. */
  public void add(Tags labels, long times) {
    series.computeIfAbsent(labels, this::register).increment((double) times);
  }

  boolean isUnused() {
    return series.isEmpty();
  }

  String help() {
    return help;
  }

  private io.micrometer.core.instrument.Counter register(Tags labels) {
    return io.micrometer.core.instrument.Counter.builder(name)
        .description(help)
        .tags(labels)
        .register(registry);
  }
}
