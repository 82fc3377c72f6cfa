package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.telemetry.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Metrics of Kafka's clients, as long as the clients are open. */
class KafkaMetricsIT {

  private final Metrics metrics = new Metrics();
  private final KafkaConnection connection = KafkaFixture.provisioned(2).reportingTo(metrics);
  private final String topic = connection.topics().changes();

  @Test
  void theLagOfAConsumerIsOneSeries() {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection.producer("writer"))) {
      for (int i = 0; i < 10; i++) {
        var _ = producer.send(new ProducerRecord<>(topic, i % 2, "key", new byte[] {1}));
      }
      producer.flush();
      assertThat(metrics.text())
          .contains(
              "kafka_producer_record_send_total{client_id=\"writer\"} 10.0\n",
              "kafka_producer_record_error_total{client_id=\"writer\"} 0.0\n",
              "kafka_producer_record_retry_total{client_id=\"writer\"}",
              "kafka_producer_request_latency_max{client_id=\"writer\"}");
    }

    Map<String, Object> properties = connection.consumer("reader");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix());
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
      consumer.subscribe(List.of(topic));
      await().until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());

      assertThat(metrics.text())
          .containsPattern(
              "kafka_consumer_fetch_manager_records_lag_max\\{client_id=\"reader\"} [4-9].0\n")
          .contains("kafka_consumer_coordinator_rebalance_total{client_id=\"reader\"} 1.0\n")
          .doesNotContain("partition=", "topic=", "node_id=");

      await()
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100));
                return metrics
                    .text()
                    .contains(
                        "kafka_consumer_fetch_manager_records_consumed_total{client_id=\"reader\"} 10.0\n");
              });
    }
  }

  @Test
  void aClosedClientIsNotReported() {
    new KafkaProducer<>(connection.producer("writer")).close();

    assertThat(metrics.text()).doesNotContain("client_id=");
  }

  @Test
  void aClientReplacesTheFormerOneOfTheSameId() {
    KafkaProducer<String, byte[]> former = new KafkaProducer<>(connection.producer("writer"));
    try (KafkaProducer<String, byte[]> next = new KafkaProducer<>(connection.producer("writer"))) {
      var _ = next.send(new ProducerRecord<>(topic, "key", new byte[] {1}));
      next.flush();
      former.close();

      assertThat(metrics.text())
          .contains("kafka_producer_record_send_total{client_id=\"writer\"} 1.0\n");
    }
  }

  @Test
  void clientsReportNothingWithoutADestination() {
    assertThat(KafkaFixture.connect().producer("writer"))
        .doesNotContainKeys("metric.reporters", "sluice.metrics");
  }

  @Test
  void reportersThatAreConfiguredStay() {
    KafkaConnection own =
        new KafkaConnection(
                connection.bootstrapServers(),
                connection.topics(),
                Map.of("metric.reporters", "example.Reporter"))
            .reportingTo(metrics);

    assertThat(own.consumer("reader").get("metric.reporters"))
        .isEqualTo("example.Reporter,dev.sluice.platform.telemetry.KafkaClientMetrics");
  }
}
