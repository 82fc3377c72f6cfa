package dev.sluice.receiver.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Metrics of the receiver. Label values are endpoint names and reasons from a fixed set, so senders
 * cannot create series.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus: text
 *     format</a>
 */
public final class ReceiverMetrics {

  private static final String PREFIX = "sluice_receiver_";

  private final Map<Series, LongAdder> counters = new ConcurrentHashMap<>();
  private final Map<String, Long> lastDeliveries = new ConcurrentSkipListMap<>();
  private final Map<String, Gauge> gauges = new ConcurrentSkipListMap<>();
  private final Histogram publishing = new Histogram();

  /** Counters; the metric's name is derived from the constant's. */
  public enum Counter {
    ACCEPTED("deliveries whose events the broker acknowledged"),
    REDELIVERED("deliveries whose events were acknowledged before"),
    EVENTS("events that the broker acknowledged"),
    IGNORED("authentic deliveries without events"),
    REFUSED("requests that were not accepted"),
    ASKED_AGAIN("failed deliveries that the forge was asked to redeliver"),
    CATCH_UP_FAILED("checks for failed deliveries that failed");

    private final String help;

    Counter(String help) {
      this.help = help;
    }

    String metric() {
      return PREFIX + name().toLowerCase(Locale.ROOT) + "_total";
    }
  }

  /** Adds to a counter that has only one reason. */
  public void count(Counter counter, String endpoint, long times) {
    add(new Series(counter, endpoint, ""), times);
  }

  /** Increments a counter for an endpoint and a reason. */
  public void count(Counter counter, String endpoint, String reason) {
    add(new Series(counter, endpoint, reason), 1);
  }

  /** Records the time of an authentic delivery. */
  public void delivered(String endpoint, Instant at) {
    lastDeliveries.put(endpoint, at.getEpochSecond());
  }

  /** Records the time that the broker took to acknowledge a delivery's events. */
  public void published(Duration duration) {
    publishing.add(duration);
  }

  /** Registers a gauge whose value is read on each scrape. */
  public void gauge(String name, String help, LongSupplier value) {
    gauges.put(PREFIX + name, new Gauge(help, value));
  }

  /** Returns all metrics in Prometheus' text format. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Counter counter : Counter.values()) {
      head(text, counter.metric(), "counter", counter.help);
      counters.entrySet().stream()
          .filter(entry -> entry.getKey().counter() == counter)
          .map(entry -> counter.metric() + entry.getKey().labels() + " " + entry.getValue().sum())
          .sorted()
          .forEach(line -> text.append(line).append('\n'));
    }
    String last = PREFIX + "last_delivery_timestamp_seconds";
    head(text, last, "gauge", "time of the latest authentic delivery");
    lastDeliveries.forEach(
        (endpoint, at) -> text.append("%s{endpoint=\"%s\"} %d\n".formatted(last, endpoint, at)));
    String latency = PREFIX + "publish_seconds";
    head(text, latency, "histogram", "time for the broker to acknowledge a delivery's events");
    publishing.write(latency, text);
    gauges.forEach(
        (name, gauge) -> {
          head(text, name, "gauge", gauge.help());
          text.append("%s %d\n".formatted(name, gauge.value().getAsLong()));
        });
    return text.toString();
  }

  private void add(Series series, long times) {
    counters.computeIfAbsent(series, _ -> new LongAdder()).add(times);
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
  }

  private record Series(Counter counter, String endpoint, String reason) {

    String labels() {
      List<String> labels =
          reason.isEmpty()
              ? List.of("endpoint=\"%s\"".formatted(endpoint))
              : List.of("endpoint=\"%s\"".formatted(endpoint), "reason=\"%s\"".formatted(reason));
      return "{" + String.join(",", labels) + "}";
    }
  }

  private record Gauge(String help, LongSupplier value) {}
}
