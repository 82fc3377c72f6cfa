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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records of every released version can still be read, without loss. There is one file for each
 * version, with one record a line; {@code next.jsonl} has the records of the next release and is
 * written with {@code -Dsluice.write-records=true}. A release copies it to {@code VERSION.jsonl},
 * which never changes.
 */
class ReleasedRecordsTest {

  private static final Path RECORDS = Path.of("src/test/resources/records");
  private static final Path NEXT = RECORDS.resolve("next.jsonl");
  private static final Path SCHEMAS = Path.of("src/main/resources/schemas/events");
  private static final TraceParent TRACE =
      TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").orElseThrow();

  @Test
  void theNextReleasesRecordsAreRecorded() throws IOException {
    StringBuilder generated = new StringBuilder();
    int number = 0;
    for (Event event : EventSamples.all()) {
      generated.append(line(event, ++number)).append('\n');
    }
    if (Boolean.getBoolean("sluice.write-records")) {
      Files.createDirectories(RECORDS);
      Files.writeString(NEXT, generated);
    }
    assertThat(NEXT).hasContent(generated.toString());
  }

  @ParameterizedTest
  @MethodSource("versions")
  void recordsOfAVersionAreReadCompletely(Path version) throws IOException {
    List<String> lines = Files.readAllLines(version);
    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      JsonNode recorded = Json.mapper().readTree(line);
      Decoded decoded = EventCodec.decode(received(recorded));
      assertThat(decoded).as(line).isInstanceOf(Decoded.Known.class);
      Envelope<?> envelope = ((Decoded.Known) decoded).envelope();
      assertThat(envelope.id().value()).isEqualTo(recorded.at("/headers/ce_id").asText());
      assertThat(envelope.event().key()).isEqualTo(recorded.get("key").asText());
      JsonNode again = Json.mapper().readTree(EventCodec.value(envelope.event()));
      assertThat(lost("", recorded.get("value"), again)).as(line).isEmpty();
      EventType type = EventType.of(envelope.event());
      assertThat(
              JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                  .getSchema(Json.mapper().readTree(SCHEMAS.resolve(type.schemaFile()).toFile()))
                  .validate(recorded.get("value")))
          .as("the schema of today still allows: " + line)
          .isEmpty();
    }
  }

  @Test
  void aLostFieldIsDetected() throws IOException {
    JsonNode recorded = Json.mapper().readTree("{\"a\": {\"b\": 1, \"c\": [{\"d\": 2}]}}");
    assertThat(
            lost(
                "",
                recorded,
                Json.mapper().readTree("{\"a\": {\"b\": 1, \"c\": [{\"d\": 2, \"e\": 3}]}}")))
        .isEmpty();
    assertThat(lost("", recorded, Json.mapper().readTree("{\"a\": {\"c\": [{\"d\": 3}]}}")))
        .containsExactly("/a/b", "/a/c/0/d");
  }

  private static Stream<Path> versions() throws IOException {
    try (Stream<Path> files = Files.list(RECORDS)) {
      return files.sorted().toList().stream();
    }
  }

  private static String line(Event event, int number) throws IOException {
    ProducerRecord<String, byte[]> record =
        EventCodec.encode(
            "t",
            new Envelope<>(
                EventId.of("record", number), "corpus", EventSamples.NOON, TRACE, event));
    ObjectNode line = Json.mapper().createObjectNode().put("key", record.key());
    ObjectNode headers = line.putObject("headers");
    record
        .headers()
        .forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
    line.set("value", Json.mapper().readTree(record.value()));
    // maps of events are unordered
    return Json.mapper()
        .writer()
        .with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .writeValueAsString(Json.mapper().treeToValue(line, Object.class));
  }

  private static ConsumerRecord<String, byte[]> received(JsonNode line) throws IOException {
    ConsumerRecord<String, byte[]> received =
        new ConsumerRecord<>(
            "t",
            0,
            0,
            line.get("key").asText(),
            Json.mapper().writeValueAsBytes(line.get("value")));
    line.get("headers")
        .properties()
        .forEach(
            header ->
                received
                    .headers()
                    .add(header.getKey(), header.getValue().asText().getBytes(UTF_8)));
    return received;
  }

  /** Returns the JSON paths of recorded values that are missing or different. */
  private static List<String> lost(String at, JsonNode recorded, JsonNode now) {
    List<String> lost = new ArrayList<>();
    if (recorded.isObject()) {
      recorded
          .properties()
          .forEach(
              field ->
                  lost.addAll(
                      lost(at + "/" + field.getKey(), field.getValue(), now.path(field.getKey()))));
    } else if (recorded.isArray() && recorded.size() == now.size()) {
      for (int i = 0; i < recorded.size(); i++) {
        lost.addAll(lost(at + "/" + i, recorded.get(i), now.path(i)));
      }
    } else if (!recorded.equals(now)) {
      lost.add(at);
    }
    return lost;
  }
}
