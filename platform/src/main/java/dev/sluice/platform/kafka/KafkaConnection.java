package dev.sluice.platform.kafka;

import dev.sluice.platform.telemetry.KafkaClientMetrics;
import dev.sluice.platform.telemetry.Metrics;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.metrics.JmxReporter;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The broker's address and the client settings that the components share.
 *
 * @param bootstrapServers {@code host:port}, comma-separated
 * @param security further client properties, such as SASL and TLS; hidden from {@code toString}
 * @param metrics where producers and consumers report their metrics, if anywhere
 */
public record KafkaConnection(
    String bootstrapServers,
    Topics topics,
    Map<String, String> security,
    Optional<Metrics> metrics) {

  /**
   * The largest record as a topic stores it, which is compressed if its producer compresses it; the
   * topics are created with the same limit.
   */
  public static final int MAX_RECORD_BYTES = 16 * 1024 * 1024;

  /**
   * The largest request of a producer that does not compress. It is smaller than the topics' limit,
   * because the broker may recompress a batch, and the batch may grow by that.
   */
  public static final int MAX_REQUEST_BYTES = MAX_RECORD_BYTES - 32 * 1024;

  public KafkaConnection {
    security = Map.copyOf(security);
  }

  /** Creates a connection whose clients report no metrics. */
  public KafkaConnection(String bootstrapServers, Topics topics, Map<String, String> security) {
    this(bootstrapServers, topics, security, Optional.empty());
  }

  /** Returns this connection with clients that report their metrics. */
  public KafkaConnection reportingTo(Metrics destination) {
    return new KafkaConnection(bootstrapServers, topics, security, Optional.of(destination));
  }

  /**
   * Returns the properties of an admin client. Its first retries are quick, because topics and
   * groups that were just created often have no leader or coordinator for some milliseconds.
   */
  public Map<String, Object> admin() {
    Map<String, Object> properties = new HashMap<>(security);
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG, 20);
    return properties;
  }

  /**
   * Returns the properties of a producer that loses nothing and does not linger: acks=all,
   * idempotent, {@code linger.ms} 0 (the default of Kafka 4 is 5 ms), and a short retry back-off,
   * so that consecutive transactions do not wait for each other's markers.
   */
  public Map<String, Object> producer(String clientId) {
    Map<String, Object> properties = measured(clientId);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 3);
    properties.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class.getName());
    properties.put(
        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    return properties;
  }

  /**
   * Returns the properties of a transactional producer; a new producer with the same id fences the
   * former one.
   */
  public Map<String, Object> transactionalProducer(String transactionalId) {
    Map<String, Object> properties = producer(transactionalId);
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topics.prefix() + "-" + transactionalId);
    properties.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 30_000);
    return properties;
  }

  /**
   * Returns the properties of a transactional producer of targets, which compresses its records and
   * may write {@link LargeRecords}.
   */
  public Map<String, Object> targetProducer(String transactionalId) {
    Map<String, Object> properties = transactionalProducer(transactionalId);
    LargeRecords.allow(properties);
    return properties;
  }

  /**
   * Returns the properties of a consumer of topics that have {@link LargeRecords}: as {@link
   * #consumer}, and each poll returns one record.
   */
  public Map<String, Object> targetConsumer(String clientId) {
    Map<String, Object> properties = consumer(clientId);
    LargeRecords.oneAtATime(properties);
    return properties;
  }

  /**
   * Returns the properties of a consumer of records that exist already: as {@link #consumer}, and
   * the broker holds no fetch for long. A consumer that goes to another offset or partition waits
   * for the answer to its last fetch first.
   */
  public Map<String, Object> reader(String clientId) {
    Map<String, Object> properties = consumer(clientId);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
    return properties;
  }

  /** Returns the properties of a {@link #reader} of topics that have {@link LargeRecords}. */
  public Map<String, Object> targetReader(String clientId) {
    Map<String, Object> properties = reader(clientId);
    LargeRecords.oneAtATime(properties);
    return properties;
  }

  /**
   * Returns the properties of a consumer that reads only committed records and has auto-commit
   * disabled.
   */
  public Map<String, Object> consumer(String clientId) {
    Map<String, Object> properties = measured(clientId);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // how long the broker holds a fetch at the end of a topic; a record is sent at once
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 3_000);
    properties.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    properties.put(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class.getName());
    properties.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return properties;
  }

  private Map<String, Object> measured(String clientId) {
    Map<String, Object> properties = admin();
    properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    metrics.ifPresent(
        destination -> {
          String others =
              security.getOrDefault(
                  CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, JmxReporter.class.getName());
          properties.put(
              CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG,
              others + "," + KafkaClientMetrics.class.getName());
          properties.put(KafkaClientMetrics.DESTINATION, destination);
        });
    return properties;
  }

  @Override
  public String toString() {
    return "KafkaConnection[%s, topics %s.*]".formatted(bootstrapServers, topics.prefix());
  }
}
