package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The check that end-to-end tests make finds what is not as the AsyncAPI document says. */
class PublishedContractTest {

  private final PublishedContract contract = new PublishedContract();

  @Test
  void aRecordOfTheCodecIsValid() {
    contract.check("results", record());

    assertThat(contract.violations()).isEmpty();
  }

  @Test
  void aTypeInAnotherTopicIsFound() {
    contract.check("changes", record());

    assertThat(contract.violations()).containsExactly("changes has no dev.sluice.superseded.v1");
  }

  @Test
  void aMissingHeaderAndAWrongOneAreFound() {
    ConsumerRecord<String, byte[]> record = record();
    record.headers().remove("ce_id").remove("ce_dataschema");
    record.headers().add("ce_dataschema", "https://example.org/other".getBytes(UTF_8));

    contract.check("results", record);

    assertThat(contract.violations())
        .hasSize(2)
        .anyMatch(problem -> problem.contains("ce_id"))
        .anyMatch(problem -> problem.contains("ce_dataschema"));
  }

  @Test
  void aMissingFieldAndAWrongOneInAnInnerTypeAreFound() {
    String value = new String(record().value(), UTF_8);

    contract.check("results", record(value.replace("\"by\":3", "\"of\":3")));
    contract.check("results", record(value.replace("\"generation\":2", "\"generation\":\"2\"")));

    assertThat(contract.violations())
        .hasSize(2)
        .anyMatch(problem -> problem.contains("by"))
        .anyMatch(problem -> problem.contains("generation"));
  }

  private static ConsumerRecord<String, byte[]> record() {
    Subject subject =
        new Subject(
            new ClusterName("staging"),
            new ApplicationName("web"),
            new Generation(2),
            Optional.empty(),
            EventId.of("sync", "staging", "web", 2));
    ProducerRecord<String, byte[]> sent =
        EventCodec.encode(
            "results",
            new Envelope<>(
                EventId.of("superseded", 1),
                "worker/staging",
                Instant.parse("2026-01-01T00:00:00Z"),
                TraceParent.start(),
                new ResultEvent.Superseded(subject, new Generation(3))));
    ConsumerRecord<String, byte[]> received =
        new ConsumerRecord<>("results", 0, 0, sent.key(), sent.value());
    sent.headers().forEach(received.headers()::add);
    return received;
  }

  private static ConsumerRecord<String, byte[]> record(String value) {
    ConsumerRecord<String, byte[]> given = record();
    ConsumerRecord<String, byte[]> changed =
        new ConsumerRecord<>("results", 0, 0, given.key(), value.getBytes(UTF_8));
    given.headers().forEach(changed.headers()::add);
    return changed;
  }
}
