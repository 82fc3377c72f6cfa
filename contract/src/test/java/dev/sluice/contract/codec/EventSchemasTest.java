package dev.sluice.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published schemas match the records. Run with {@code -Dsluice.write-schemas=true} to write
 * them after a change of the records.
 */
class EventSchemasTest {

  private static final Path SCHEMAS = Path.of("src/main/resources/schemas/events");

  @ParameterizedTest
  @EnumSource(EventType.class)
  void publishedSchemasMatchTheRecords(EventType type) throws IOException {
    Path file = SCHEMAS.resolve(type.schemaFile());
    String generated = generate(type);
    if (Boolean.getBoolean("sluice.write-schemas")) {
      Files.createDirectories(SCHEMAS);
      Files.writeString(file, generated);
    }
    assertThat(file).hasContent(generated);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void samplesMatchTheirSchemaAndSurviveTheCodec(Event sample) throws IOException {
    EventType type = EventType.of(sample);
    byte[] value = EventCodec.value(sample);
    JsonNode json = Json.mapper().readTree(value);
    JsonNode schema = Json.mapper().readTree(SCHEMAS.resolve(type.schemaFile()).toFile());
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(schema)
                .validate(json))
        .isEmpty();

    Envelope<Event> envelope =
        new Envelope<>(EventId.of("a", 1), "test", EventSamples.NOON, TraceParent.start(), sample);
    ProducerRecord<String, byte[]> record = EventCodec.encode("t", envelope);
    Decoded decoded = EventCodec.decode(received(record));
    assertThat(decoded).isInstanceOf(Decoded.Known.class);
    Envelope<?> read = ((Decoded.Known) decoded).envelope();
    assertThat(read.id()).isEqualTo(envelope.id());
    assertThat(read.trace()).isEqualTo(envelope.trace());
    assertThat(new String(EventCodec.value(read.event()), UTF_8))
        .isEqualTo(new String(value, UTF_8));
    assertThat(record.key()).isNotBlank();
  }

  @ParameterizedTest
  @EnumSource(EventType.class)
  void everyFieldAndTypeIsDescribed(EventType type) {
    assertThat(EventSchemas.undescribed(type))
        .as("add a @param to the record, or a comment to the field's type")
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aReaderOfThisSchemaAcceptsWhatALaterVersionAdds(Event sample) throws IOException {
    EventType type = EventType.of(sample);
    ObjectNode schema =
        (ObjectNode) Json.mapper().readTree(SCHEMAS.resolve(type.schemaFile()).toFile());
    JsonNode later = LaterVersion.of(Json.mapper().readTree(EventCodec.value(sample)), schema);
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(schema)
                .validate(later))
        .isEmpty();
  }

  @Test
  void everyTypeHasASample() {
    Set<EventType> sampled =
        EventSamples.all().stream().map(EventType::of).collect(Collectors.toSet());
    assertThat(sampled).containsExactlyInAnyOrder(EventType.values());
  }

  private static Stream<Event> samples() {
    return EventSamples.all().stream();
  }

  private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> record) {
    ConsumerRecord<String, byte[]> received =
        new ConsumerRecord<>("t", 0, 0, record.key(), record.value());
    record.headers().forEach(header -> received.headers().add(header));
    return received;
  }

  private static String generate(EventType type) throws IOException {
    return Json.mapper()
            .writer()
            .with(SerializationFeature.INDENT_OUTPUT)
            .writeValueAsString(EventSchemas.of(type))
        + "\n";
  }
}
