package dev.sluice.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLetterHeadersTest {

  private static final Instant FIRST = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant LAST = FIRST.plusSeconds(60);
  private static final CommitId COMMIT = new CommitId("1".repeat(40));
  private static final Failure FAILURE =
      new Failure(
          ApplyFailure.INVALID,
          "web.yaml: spec.replicas must be a number",
          Failure.Stage.APPLY,
          Optional.of(new ObjectRef("apps/v1", "Deployment", "web", "web")));

  @Test
  void anOpenedEntryHasHeadersForWhatWhereAndWhy() {
    Map<String, String> headers =
        headers(
            new DeadLetterEvent.Opened(
                new DeadLetterId("staging/web/3"),
                "staging/web",
                Optional.of(
                    new Subject(
                        new ClusterName("staging"),
                        new ApplicationName("web"),
                        new Generation(3),
                        Optional.of(COMMIT),
                        new EventId("sync/staging/web/3"))),
                FAILURE,
                4,
                OriginalRecord.at("sluice.sync.staging", 0, 12),
                Optional.of(FIRST)));

    assertThat(headers)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("__dlq.errors.topic", "sluice.sync.staging"),
                Map.entry("__dlq.errors.partition", "0"),
                Map.entry("__dlq.errors.offset", "12"),
                Map.entry("__dlq.errors.group", "worker/staging"),
                Map.entry("__dlq.errors.delivery.count", "4"),
                Map.entry("__dlq.errors.message", FAILURE.message()),
                Map.entry("sluice_entry", "staging/web/3"),
                Map.entry("sluice_cluster", "staging"),
                Map.entry("sluice_application", "web"),
                Map.entry("sluice_generation", "3"),
                Map.entry("sluice_commit", COMMIT.value()),
                Map.entry("sluice_cause", "Invalid"),
                Map.entry("sluice_stage", "APPLY"),
                Map.entry("sluice_object", "Deployment web/web"),
                Map.entry("sluice_attempts", "4"),
                Map.entry("sluice_first_at", FIRST.toString()),
                Map.entry("sluice_last_at", LAST.toString())));
  }

  @Test
  void laterEventsOfAnEntryHaveItsIdInAHeader() {
    assertThat(
            headers(
                new DeadLetterEvent.Retried(
                    new DeadLetterId("staging/web/3"), "staging/web", 5, FAILURE)))
        .containsEntry("sluice_entry", "staging/web/3")
        .containsEntry("sluice_application", "web")
        .containsEntry("sluice_attempts", "5")
        .containsEntry("sluice_last_at", LAST.toString())
        .doesNotContainKeys("__dlq.errors.topic", "sluice_first_at", "sluice_reason");
    assertThat(
            headers(
                new DeadLetterEvent.Closed(
                    new DeadLetterId("staging/web/3"),
                    "staging/web",
                    DeadLetterEvent.Closed.Reason.DISCARDED,
                    3)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "sluice_entry",
                "staging/web/3",
                "sluice_cluster",
                "staging",
                "sluice_application",
                "web",
                "sluice_generation",
                "3",
                "sluice_reason",
                "DISCARDED"));
  }

  @Test
  void anUndecodableRecordHasNoApplicationHeader() {
    OriginalRecord original = OriginalRecord.at("sluice.changes", 1, 7);
    assertThat(
            headers(
                new DeadLetterEvent.Opened(
                    DeadLetterId.of(original),
                    original.position(),
                    Optional.empty(),
                    new Failure(
                        ApplyFailure.DAMAGED,
                        "x".repeat(5_000),
                        Failure.Stage.DECODE,
                        Optional.empty()),
                    1,
                    original,
                    Optional.empty())))
        .containsEntry("sluice_entry", "sluice.changes/1/7")
        .containsEntry("sluice_first_at", LAST.toString())
        .hasEntrySatisfying(
            "__dlq.errors.message", message -> assertThat(message).hasSize(1_024).startsWith("xx"))
        .doesNotContainKeys("sluice_application", "sluice_cluster");
  }

  @Test
  void otherEventsHaveNoDeadLetterHeaders() {
    for (Event event : EventSamples.all()) {
      if (!(event instanceof DeadLetterEvent)) {
        assertThat(headers(event)).as(event.getClass().getSimpleName()).isEmpty();
      }
    }
  }

  @Test
  void anUndecodableRecordIsKeptUnlessItIsTooLarge() {
    OriginalRecord small = OriginalRecord.withContent(record(new byte[] {1}));
    assertThat(small.value().orElseThrow()).containsExactly(1);
    assertThat(small.key()).contains("k");
    assertThat(small.timestamp()).isPresent();
    assertThat(small.headers().orElseThrow())
        .singleElement()
        .satisfies(
            header -> {
              assertThat(header.name()).isEqualTo("h");
              assertThat(header.value().orElseThrow()).containsExactly(2);
            });

    OriginalRecord large = OriginalRecord.withContent(record(new byte[9 * 1024 * 1024]));
    assertThat(large.value()).isEmpty();
    assertThat(large.position()).isEqualTo("t/2/7");

    OriginalRecord empty = OriginalRecord.withContent(record(null));
    assertThat(empty.value()).isEmpty();
    assertThat(empty.key()).contains("k");
  }

  private static ConsumerRecord<String, byte[]> record(byte @Nullable [] value) {
    ConsumerRecord<String, byte[]> record = new ConsumerRecord<>("t", 2, 7, "k", value);
    record.headers().add("h", new byte[] {2});
    return record;
  }

  private static Map<String, String> headers(Event event) {
    Envelope<Event> envelope =
        new Envelope<>(new EventId("e"), "worker/staging", LAST, TraceParent.start(), event);
    Map<String, String> found = new TreeMap<>();
    for (Header header : EventCodec.headers(envelope)) {
      if (header.key().startsWith("__dlq.") || header.key().startsWith("sluice_")) {
        found.put(header.key(), new String(header.value(), UTF_8));
      }
    }
    return found;
  }
}
