package dev.sluice.platform.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.jspecify.annotations.Nullable;

/**
 * Reports metrics of a Kafka client to Micrometer, from the client's start until its close. Kafka
 * creates an instance for each client.
 *
 * <p>A client has hundreds of metrics; only the ones listed here are reported, summed over brokers,
 * topics and partitions, under the names that Micrometer's own binder gives them. That binder is
 * not used: it has a thread for each client, must be closed apart from the client, and replaces the
 * lag of a consumer by a series for each partition.
 */
public final class KafkaClientMetrics implements MetricsReporter {

  /** The client property with the {@link Metrics} to report to. */
  public static final String DESTINATION = "sluice.metrics";

  private static final Set<String> REPORTED =
      Set.of(
          "kafka.consumer.connection.count",
          "kafka.consumer.fetch.manager.records.consumed.total",
          "kafka.consumer.fetch.manager.records.lag.max",
          "kafka.consumer.fetch.manager.fetch.latency.max",
          "kafka.consumer.coordinator.rebalance.total",
          "kafka.consumer.coordinator.failed.rebalance.total",
          "kafka.producer.connection.count",
          "kafka.producer.record.send.total",
          "kafka.producer.record.retry.total",
          "kafka.producer.record.error.total",
          "kafka.producer.request.latency.max");

  private final Map<MetricName, Meter> meters = new ConcurrentHashMap<>();
  private @Nullable MeterRegistry registry;

  @Override
  public void configure(Map<String, ?> properties) {
    if (properties.get(DESTINATION) instanceof Metrics metrics) {
      registry = metrics.registry();
    }
  }

  @Override
  public void init(List<KafkaMetric> metrics) {
    metrics.forEach(this::metricChange);
  }

  @Override
  public void metricChange(KafkaMetric metric) {
    MetricName name = metric.metricName();
    String meter = meterName(name);
    if (registry != null && REPORTED.contains(meter) && name.tags().size() == 1) {
      meters.put(name, register(registry, meter, metric));
    }
  }

  @Override
  public void metricRemoval(KafkaMetric metric) {
    remove(meters.remove(metric.metricName()));
  }

  @Override
  public void close() {
    meters.values().forEach(this::remove);
    meters.clear();
  }

  private static String meterName(MetricName name) {
    return "kafka.%s.%s"
        .formatted(name.group().replaceFirst("-metrics$", ""), name.name())
        .replace('-', '.');
  }

  private static Meter register(MeterRegistry registry, String name, KafkaMetric metric) {
    MetricName source = metric.metricName();
    Tags tags = Tags.of("client_id", source.tags().getOrDefault("client-id", ""));
    Meter.Id id = new Meter.Id(name, tags, null, source.description(), Meter.Type.OTHER);
    // a client may open before the former one of the same id has closed
    registry.remove(id);
    return name.endsWith(".total")
        ? FunctionCounter.builder(name, metric, KafkaClientMetrics::value)
            .tags(tags)
            .description(source.description())
            .register(registry)
        : Gauge.builder(name, metric, KafkaClientMetrics::value)
            .tags(tags)
            .description(source.description())
            .register(registry);
  }

  private static double value(KafkaMetric metric) {
    return metric.metricValue() instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  /** Removes a meter, unless a newer client of the same id has replaced it. */
  private void remove(@Nullable Meter meter) {
    if (registry == null || meter == null) {
      return;
    }
    Meter.Id id = meter.getId();
    if (registry.find(id.getName()).tags(id.getTags()).meter() == meter) {
      registry.remove(meter);
    }
  }
}
