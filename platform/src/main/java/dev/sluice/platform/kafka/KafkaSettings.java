package dev.sluice.platform.kafka;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The settings for the connection to Kafka and for heartbeats, shared by all components. */
public final class KafkaSettings {

  public static final Setting<String> KAFKA =
      Setting.text("kafka", "HOST:PORT", "Kafka's bootstrap servers, comma-separated");
  public static final Setting<String> TOPIC_PREFIX =
      Setting.text("topic-prefix", "NAME", "prefix of the topics' names").or("sluice");
  public static final Setting<Optional<Map<String, String>>> KAFKA_PROPERTIES =
      Setting.of(
              "kafka-properties",
              "PATH",
              "a Java properties file with further Kafka client settings (SASL, TLS)",
              KafkaSettings::load)
          .optional();

  public static final Setting<Duration> HEARTBEAT_INTERVAL =
      Setting.duration(
              "heartbeat-interval",
              "interval between reports of a part; it counts as silent after three of them")
          .or("10s");

  public static final List<Setting<?>> ALL = List.of(KAFKA, TOPIC_PREFIX, KAFKA_PROPERTIES);

  private KafkaSettings() {}

  public static KafkaConnection connection(SettingValues values) {
    return new KafkaConnection(
        values.get(KAFKA),
        new Topics(values.get(TOPIC_PREFIX)),
        values.get(KAFKA_PROPERTIES).orElse(Map.of()));
  }

  private static Map<String, String> load(String path) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(path))) {
      properties.load(reader);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read %s: %s".formatted(path, e), e);
    }
    Map<String, String> settings = new HashMap<>();
    properties.forEach((key, value) -> settings.put(key.toString(), value.toString()));
    return settings;
  }
}
