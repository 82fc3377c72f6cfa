package dev.sluice.platform.telemetry;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A gauge whose values are computed whenever metrics are read. */
final class Gauge implements Family {

  private final List<Supplier<Map<Labels, Long>>> sources = new CopyOnWriteArrayList<>();

  void add(Supplier<Map<Labels, Long>> source) {
    sources.add(source);
  }

  @Override
  public String type() {
    return "gauge";
  }

  @Override
  public void write(String name, StringBuilder text) {
    Map<Labels, Long> values = new TreeMap<>();
    sources.forEach(source -> values.putAll(source.get()));
    values.forEach((labels, value) -> text.append("%s%s %d\n".formatted(name, labels, value)));
  }
}
