import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints the audit log from its beginning, and goes on. */
public final class AuditConsumer {

  public static void main(String[] arguments) {
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers", arguments.length > 0 ? arguments[0] : "localhost:9092",
            "group.id", "audit-example",
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed",
            "key.deserializer", StringDeserializer.class.getName(),
            "value.deserializer", StringDeserializer.class.getName());
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
      consumer.subscribe(List.of("sluice.changes", "sluice.results", "sluice.dead-letters"));
      while (true) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          System.out.printf(
              "%s %s %s %s%n",
              header(record, "ce_time"), header(record, "ce_type"), record.key(), record.value());
        }
      }
    }
  }

  private static String header(ConsumerRecord<String, String> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "-" : new String(header.value(), StandardCharsets.UTF_8);
  }
}
