package dev.sluice.receiver.metrics;

import dev.sluice.platform.telemetry.Histogram;
import dev.sluice.platform.telemetry.Metrics;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The metrics of a receiver. Label values are names of endpoints and reasons from a fixed set, so
 * requests from outside cannot create new series.
 */
public final class ReceiverMetrics {

  private static final String PREFIX = "sluice_receiver_";

  private final Metrics metrics;
  private final Map<Counter, dev.sluice.platform.telemetry.Counter> counters =
      new EnumMap<>(Counter.class);
  private final Map<Series, Tags> labels = new ConcurrentHashMap<>();
  private final Map<String, Long> lastDeliveries = new ConcurrentHashMap<>();
  private final Histogram publishing;

  /** Adds the receiver's metrics to these. */
  public ReceiverMetrics(Metrics metrics) {
    this.metrics = metrics;
    for (Counter counter : Counter.values()) {
      counters.put(counter, metrics.counter(counter.metric(), counter.help));
    }
    this.publishing =
        metrics.histogram(
            PREFIX + "publish_seconds",
            "time for the broker to acknowledge a delivery's events",
            0.001,
            0.0025,
            0.005,
            0.01,
            0.025,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5);
    metrics.gauge(
        PREFIX + "last_delivery_timestamp_seconds",
        "time of the latest authentic delivery",
        () ->
            lastDeliveries.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        each -> Tags.of("endpoint", each.getKey()), Map.Entry::getValue)));
  }

  /** The counters, each with its name. */
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
    publishing.add(Tags.empty(), duration);
  }

  /** Registers a gauge whose value is read on each scrape. */
  public void gauge(String name, String help, LongSupplier value) {
    metrics.gauge(PREFIX + name, help, () -> Map.of(Tags.empty(), value.getAsLong()));
  }

  /** Returns all metrics of the process in Prometheus' text format. */
  public String text() {
    return metrics.text();
  }

  private void add(Series series, long times) {
    Objects.requireNonNull(counters.get(series.counter()))
        .add(labels.computeIfAbsent(series, Series::labels), times);
  }

  private record Series(Counter counter, String endpoint, String reason) {

    Tags labels() {
      Tags endpoints = Tags.of("endpoint", endpoint);
      return reason.isEmpty() ? endpoints : endpoints.and("reason", reason);
    }
  }
}
