package dev.sluice.platform.telemetry;

import dev.sluice.platform.process.FatalErrors;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of a process, over Micrometer's registry for Prometheus. Components that run in one
 * process share them, and each of their HTTP servers exports all of them. Label values come from
 * the fleet and from fixed sets, so requests from outside cannot create new series.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus: text
 *     format</a>
 */
public final class Metrics {

  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Logger log = LoggerFactory.getLogger(Metrics.class);

  /** Metrics of Vert.x that are kept; the others count bytes, and what our own metrics do. */
  private static final Set<String> VERTX =
      Set.of("vertx.http.server.response.time", "vertx.pool.queue.time");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();
  private final Map<String, Gauge> gauges = new ConcurrentHashMap<>();

  private record Gauge(String help, MultiGauge rows, List<Supplier<Map<Tags, Long>>> sources) {}

  /** Creates metrics without any yet. */
  public Metrics() {
    registry
        .config()
        .meterFilter(
            MeterFilter.deny(
                id -> id.getName().startsWith("vertx.") && !VERTX.contains(id.getName())));
  }

  /** Returns the counter of this name, created at the first call. */
  public Counter counter(String name, String help) {
    return counters.computeIfAbsent(name, _ -> new Counter(registry, name, help));
  }

  /** Returns the histogram of this name, created at the first call; its bounds are in seconds. */
  public Histogram histogram(String name, String help, double... bounds) {
    return histograms.computeIfAbsent(name, _ -> new Histogram(registry, name, help, bounds));
  }

  /** Adds values to the gauge of this name, computed whenever metrics are read. */
  public void gauge(String name, String help, Supplier<Map<Tags, Long>> values) {
    gauges
        .computeIfAbsent(
            name,
            _ ->
                new Gauge(
                    help,
                    MultiGauge.builder(name).description(help).register(registry),
                    new CopyOnWriteArrayList<>()))
        .sources()
        .add(values);
  }

  MeterRegistry registry() {
    return registry;
  }

  /** Adds the metrics of a library. */
  public void bind(MeterBinder binder) {
    binder.bindTo(registry);
  }

  /**
   * Returns all metrics in the text format, those without series by name and type, and without
   * those whose values cannot be computed now.
   */
  public synchronized String text() {
    StringBuilder unused = new StringBuilder();
    gauges.forEach((name, gauge) -> compute(name, gauge, unused));
    counters.forEach(
        (name, counter) -> {
          if (counter.isUnused()) {
            declare(name, "counter", counter.help(), unused);
          }
        });
    histograms.forEach(
        (name, histogram) -> {
          if (histogram.isUnused()) {
            declare(name, "histogram", histogram.help(), unused);
          }
        });
    return registry.scrape() + unused;
  }

  private static void declare(String name, String type, String help, StringBuilder text) {
    text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
  }

  private static void compute(String name, Gauge gauge, StringBuilder unused) {
    Map<Tags, Long> values = new TreeMap<>(Metrics::compare);
    try {
      gauge.sources().forEach(source -> values.putAll(source.get()));
      if (values.isEmpty()) {
        declare(name, "gauge", gauge.help(), unused);
      }
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      log.atWarn().setCause(e).log("metric {} cannot be read", name);
      values.clear();
    }
    gauge
        .rows()
        .register(
            values.entrySet().stream()
                .<MultiGauge.Row<?>>map(each -> MultiGauge.Row.of(each.getKey(), each.getValue()))
                .toList(),
            true);
  }

  private static int compare(Tags one, Tags other) {
    return one.toString().compareTo(other.toString());
  }
}
