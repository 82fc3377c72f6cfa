package dev.sluice.platform.telemetry;

import dev.sluice.platform.process.FatalErrors;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of a process. Parts that run in one process share it, and each of their addresses
 * tells all of it: so nobody has to know which part is where. Labels come from the fleet and from
 * fixed sets; nobody outside can make more of them.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus: text
 *     format</a>
 */
public final class Metrics {

  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Logger log = LoggerFactory.getLogger(Metrics.class);

  private final ConcurrentNavigableMap<String, Entry> families = new ConcurrentSkipListMap<>();

  private record Entry(String help, Family family) {}

  /** The counter of this name. */
  public Counter counter(String name, String help) {
    return family(Counter.class, name, help, new Counter());
  }

  /** The histogram of this name; its bounds are in seconds. */
  public Histogram histogram(String name, String help, double... bounds) {
    return family(Histogram.class, name, help, new Histogram(bounds));
  }

  /** Adds to what is asked for when metrics are read, under this name. */
  public void gauge(String name, String help, Supplier<Map<Labels, Long>> values) {
    family(Gauge.class, name, help, new Gauge()).add(values);
  }

  /** All of it in the text format. What cannot be told now is left out. */
  public String text() {
    StringBuilder text = new StringBuilder();
    families.forEach(
        (name, entry) -> {
          StringBuilder samples = new StringBuilder();
          try {
            entry.family().write(name, samples);
          } catch (RuntimeException | Error e) {
            FatalErrors.check(e);
            log.atWarn().setCause(e).log("{} cannot be told", name);
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
