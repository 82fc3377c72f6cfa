package dev.sluice.platform.telemetry;

import dev.sluice.platform.process.FatalErrors;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of a process. Components that run in one process share them, and each of their HTTP
 * servers exports all of them. Label values come from the fleet and from fixed sets, so requests
 * from outside cannot create new series.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus: text
 *     format</a>
 */
public final class Metrics {

  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Logger log = LoggerFactory.getLogger(Metrics.class);

  private final ConcurrentNavigableMap<String, Entry> families = new ConcurrentSkipListMap<>();

  private record Entry(String help, Family family) {}

  /** Returns the counter of this name, created at the first call. */
  public Counter counter(String name, String help) {
    return family(Counter.class, name, help, new Counter());
  }

  /** Returns the histogram of this name, created at the first call; its bounds are in seconds. */
  public Histogram histogram(String name, String help, double... bounds) {
    return family(Histogram.class, name, help, new Histogram(bounds));
  }

  /** Adds values to the gauge of this name, computed whenever metrics are read. */
  public void gauge(String name, String help, Supplier<Map<Labels, Long>> values) {
    family(Gauge.class, name, help, new Gauge()).add(values);
  }

  /** Returns all metrics in the text format, without those whose values cannot be computed now. */
  public String text() {
    StringBuilder text = new StringBuilder();
    families.forEach(
        (name, entry) -> {
          StringBuilder samples = new StringBuilder();
          try {
            entry.family().write(name, samples);
          } catch (RuntimeException | Error e) {
            FatalErrors.check(e);
            log.atWarn().setCause(e).log("metric {} cannot be read", name);
            return;
          }
          text.append("# HELP %s %s\n".formatted(name, entry.help()))
              .append("# TYPE %s %s\n".formatted(name, entry.family().type()))
              .append(samples);
        });
    return text.toString();
  }

  private <F extends Family> F family(Class<F> type, String name, String help, F made) {
    return type.cast(families.computeIfAbsent(name, _ -> new Entry(help, made)).family());
  }
}
