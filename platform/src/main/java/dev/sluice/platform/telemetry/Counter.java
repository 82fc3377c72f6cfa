package dev.sluice.platform.telemetry;

import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** A counter with labels. */
public final class Counter implements Family {

  private final ConcurrentNavigableMap<Labels, LongAdder> counts = new ConcurrentSkipListMap<>();

  Counter() {}

  public void add(Labels labels, long times) {
    counts.computeIfAbsent(labels, _ -> new LongAdder()).add(times);
  }

  @Override
  public String type() {
    return "counter";
  }

  @Override
  public void write(String name, StringBuilder text) {
    counts.forEach(
        (labels, count) -> text.append("%s%s %d\n".formatted(name, labels, count.sum())));
  }
}
