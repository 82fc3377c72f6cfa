package dev.sluice.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class EventCodecTest {

  @Test
  void aTypeOfALaterVersionIsToldFromDamage() {
    assertThat(decode("dev.sluice.invented.v9", "{}")).isInstanceOf(Decoded.UnknownType.class);
    assertThat(decode("dev.sluice.ref-changed.v1", "{")).isInstanceOf(Decoded.Damaged.class);
    assertThat(decode("dev.sluice.ref-changed.v1", "{\"ref\":\"main\"}"))
        .isInstanceOf(Decoded.Damaged.class);
  }

  @Test
  void fieldsOfALaterVersionArePassedOver() {
    String json =
        """
        {"application":"web","cluster":"staging","generation":1,"orphan":false,"later":{"a":1},
         "provenance":{"causes":[],"changedAt":"2026-01-01T00:00:00Z",
          "dispatchedAt":"2026-01-01T00:00:00Z","batch":"b","batchSize":1}}
        """;
    assertThat(decode("dev.sluice.removal.v1", json)).isInstanceOf(Decoded.Known.class);
  }

  private static Decoded decode(String type, String value) {
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>("t", 0, 0, "k", value.getBytes(UTF_8));
    record.headers().add("ce_type", type.getBytes(UTF_8));
    record.headers().add("ce_id", "i".getBytes(UTF_8));
    return EventCodec.decode(record);
  }
}
