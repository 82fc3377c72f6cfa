package dev.sluice.receiver.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Histogram of durations with fixed bounds. */
final class Histogram {

  private static final double[] BOUNDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5
  };

  private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
  private final LongAdder nanos = new LongAdder();

  Histogram() {
    Arrays.setAll(counts, _ -> new LongAdder());
  }

  void add(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    int bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    nanos.add(duration.toNanos());
  }

  /** Appends the histogram in Prometheus' text format. */
  void write(String name, StringBuilder text) {
    long total = 0;
    for (int i = 0; i < counts.length; i++) {
      total += counts[i].sum();
      String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
      text.append("%s_bucket{le=\"%s\"} %d\n".formatted(name, bound, total));
    }
    text.append("%s_sum %s\n".formatted(name, nanos.sum() / 1e9));
    text.append("%s_count %d\n".formatted(name, total));
  }
}
