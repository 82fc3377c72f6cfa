package dev.sluice.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {

  @Test
  void aTypeOfALaterVersionIsNotDamaged() {
    assertThat(decode("dev.sluice.invented.v9", "{}")).isInstanceOf(Decoded.UnknownType.class);
    assertThat(decode("dev.sluice.ref-changed.v1", "{")).isInstanceOf(Decoded.Damaged.class);
    assertThat(decode("dev.sluice.ref-changed.v1", "{\"ref\":\"main\"}"))
        .isInstanceOf(Decoded.Damaged.class);
  }

  @Test
  void fieldsOfALaterVersionAreIgnored() {
    String json =
        """
        {"application":"web","cluster":"staging","generation":1,"orphan":false,"later":{"a":1},
         "provenance":{"causes":[],"changedAt":"2026-01-01T00:00:00Z",
          "dispatchedAt":"2026-01-01T00:00:00Z","batch":"b","batchSize":1}}
        """;
    assertThat(decode("dev.sluice.removal.v1", json)).isInstanceOf(Decoded.Known.class);
  }

  @Test
  void actionsAndCausesOfALaterVersionAreNotDamaged() throws IOException {
    Event applied =
        samples().filter(ResultEvent.Applied.class::isInstance).findFirst().orElseThrow();
    ObjectNode later = (ObjectNode) Json.mapper().readTree(EventCodec.value(applied));
    ((ObjectNode) later.at("/changes/0")).put("action", "FUTURE").put("cause", "FUTURE_CAUSE");

    assertThat(decode("dev.sluice.applied.v1", later.toString()))
        .isInstanceOfSatisfying(
            Decoded.Known.class,
            known -> {
              ResultEvent.Applied read = (ResultEvent.Applied) known.envelope().event();
              ObjectChange change = read.changes().getFirst();
              assertThat(change.action()).isEqualTo(ObjectChange.Action.OTHER);
              assertThat(change.cause()).contains(ObjectChange.Cause.OTHER);
            });
  }

  @ParameterizedTest
  @EnumSource(EventType.class)
  void anEventWithoutItsFieldsIsDamaged(EventType type) {
    for (String value : List.of("{}", "null", "[]", "7", "\"\"", "{\"subject\":null}")) {
      assertThat(decode(type.ceType(), value)).as(value).isInstanceOf(Decoded.Damaged.class);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void theSizeOfAnEventIsThatOfItsValue(Event sample) {
    assertThat(EventCodec.size(sample)).isEqualTo(EventCodec.value(sample).length);
  }

  @Test
  void theSizeCountsEscapesOfHalfASurrogatePair() {
    Failure failure =
        new Failure(ApplyFailure.FORBIDDEN, "\ud83d\u00e9", Failure.Stage.APPLY, Optional.empty());
    Event event =
        samples()
            .filter(ResultEvent.Retrying.class::isInstance)
            .map(ResultEvent.Retrying.class::cast)
            .map(it -> new ResultEvent.Retrying(it.subject(), 1, it.delay(), failure))
            .findFirst()
            .orElseThrow();

    assertThat(EventCodec.size(event)).isEqualTo(EventCodec.value(event).length);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void anEventThatLacksARequiredFieldIsDamaged(Event sample) throws IOException {
    ObjectNode whole = (ObjectNode) Json.mapper().readTree(EventCodec.value(sample));
    for (RecordComponent component : sample.getClass().getRecordComponents()) {
      ObjectNode lacking = whole.deepCopy();
      JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
      lacking.remove(renamed == null ? component.getName() : renamed.value());

      Decoded decoded = decode(EventType.of(sample).ceType(), lacking.toString());

      assertThat(decoded)
          .as(component.getName())
          .isInstanceOf(
              component.getType() == Optional.class ? Decoded.Known.class : Decoded.Damaged.class);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everyRecordNamesItsSchema(Event sample) throws IOException {
    Envelope<Event> envelope =
        new Envelope<>(EventId.of("a", 1), "test", EventSamples.NOON, TraceParent.start(), sample);

    String uri =
        new String(EventCodec.headers(envelope).lastHeader("ce_dataschema").value(), UTF_8);

    try (InputStream schema = getClass().getResourceAsStream(URI.create(uri).getPath())) {
      assertThat(Json.mapper().readTree(schema).get("$id").asText()).isEqualTo(uri);
    }
    assertThat(EventCodec.headers(envelope).lastHeader("ce_dataschema").value())
        .as("costs no bytes of its own")
        .isSameAs(EventCodec.headers(envelope).lastHeader("ce_dataschema").value());
  }

  static Stream<Event> samples() {
    return EventSamples.all().stream();
  }

  @Test
  void textWithHalfASurrogatePairIsWrittenAndReadUnchanged() {
    Failure failure =
        new Failure(ApplyFailure.INVALID, "cut at \ud83d", Failure.Stage.APPLY, Optional.empty());
    DeadLetterEvent.Retried event =
        new DeadLetterEvent.Retried(new DeadLetterId("staging/web/1"), "staging/web", 2, failure);

    Decoded decoded =
        decode("dev.sluice.dead-letter-retried.v1", new String(EventCodec.value(event), UTF_8));

    assertThat(decoded)
        .isInstanceOfSatisfying(
            Decoded.Known.class, known -> assertThat(known.envelope().event()).isEqualTo(event));
  }

  private static Decoded decode(String type, String value) {
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>("t", 0, 0, "k", value.getBytes(UTF_8));
    record.headers().add("ce_type", type.getBytes(UTF_8));
    record.headers().add("ce_id", "i".getBytes(UTF_8));
    return EventCodec.decode(record);
  }
}
