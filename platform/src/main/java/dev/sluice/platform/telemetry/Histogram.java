package dev.sluice.platform.telemetry;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** A histogram of durations with fixed bounds in seconds, and with labels. */
public final class Histogram implements Family {

  private final double[] bounds;
  private final ConcurrentNavigableMap<Labels, Buckets> series = new ConcurrentSkipListMap<>();

  Histogram(double... bounds) {
    this.bounds = bounds.clone();
  }

  /** Adds a duration; a negative one, from the clocks of two machines, counts as zero. */
  public void add(Labels labels, Duration duration) {
    series
        .computeIfAbsent(labels, _ -> new Buckets(bounds.length + 1))
        .add(duration.isNegative() ? Duration.ZERO : duration);
  }

  @Override
  public String type() {
    return "histogram";
  }

  @Override
  public void write(String name, StringBuilder text) {
    series.forEach((labels, buckets) -> write(name, labels, buckets, text));
  }

  private void write(String name, Labels labels, Buckets buckets, StringBuilder text) {
    long total = 0;
    for (int i = 0; i < buckets.counts.length; i++) {
      total += buckets.counts[i].sum();
      String bound = i < bounds.length ? Double.toString(bounds[i]) : "+Inf";
      text.append("%s_bucket%s %d\n".formatted(name, labels.and("le", bound), total));
    }
    double seconds = buckets.nanos.sum() / 1e9;
    text.append(String.format(Locale.ROOT, "%s_sum%s %.6f\n", name, labels, seconds));
    text.append("%s_count%s %d\n".formatted(name, labels, total));
  }

  private final class Buckets {

    private final LongAdder[] counts;
    private final LongAdder nanos = new LongAdder();

    Buckets(int size) {
      this.counts = new LongAdder[size];
      Arrays.setAll(counts, _ -> new LongAdder());
    }

    void add(Duration duration) {
      double taken = duration.toNanos() / 1e9;
      int bucket = 0;
      while (bucket < bounds.length && taken > bounds[bucket]) {
        bucket++;
      }
      counts[bucket].increment();
      nanos.add(duration.toNanos());
    }
  }
}
