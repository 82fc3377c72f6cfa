package dev.sluice.api.projection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.store.Database;
import dev.sluice.api.store.LogIdentity;
import dev.sluice.api.store.Silences;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.Heartbeat.Parked;
import dev.sluice.contract.event.Heartbeat.Settled;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.Topics;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerProjectionTest {

  private static final ClusterName EAST = new ClusterName("east");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final DeadLetterId ENTRY = new DeadLetterId("east/web/2");
  private static final Instant OPENED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant TRIED = Instant.parse("2026-01-01T08:00:00Z");
  private static final Failure INVALID =
      new Failure(ApplyFailure.INVALID, "spec.replicas", Failure.Stage.APPLY, Optional.empty());
  private static final String DEAD_LETTERS = Topics.DEFAULT.deadLetters();
  private static final TopicPartition PARTITION = new TopicPartition(DEAD_LETTERS, 0);

  @TempDir Path directory;
  private Database database;
  private Projection projection;
  private long offset = 10;

  @BeforeEach
  void openingsBeforeTheFirstRecordAreDeleted() {
    LogIdentity identity = new LogIdentity("log", List.of(PARTITION), Map.of(PARTITION, 100L));
    database = Database.open(directory, identity, Silences.NONE);
    projection = new Projection(database.writer(), Topics.DEFAULT);
    projection.note(Map.of(PARTITION, offset), TRIED);
    sent();
  }

  private void sent() {
    project(
        Topics.DEFAULT.results(),
        OPENED,
        new ResultEvent.Dispatched(
            subject(),
            Optional.of("digest"),
            "apps/web",
            new Provenance(
                List.of(new EventId("push")), Optional.empty(), OPENED, OPENED, "batch", 1)));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aReportOfAnOlderGenerationIsIgnored() {
    projection.projectLedgers(List.of(LedgerRecord.of(settled(2))));

    projection.projectLedgers(List.of(LedgerRecord.of(settled(1))));

    assertThat(database.writer().number("SELECT generation AS n FROM ledger")).isEqualTo(2);
    assertThat(database.writer().number("SELECT applied_generation AS n FROM status")).isEqualTo(2);
    projection.projectLedgers(List.of(LedgerRecord.of(settled(3))));
    assertThat(database.writer().number("SELECT generation AS n FROM ledger")).isEqualTo(3);
  }

  @Test
  void aDeadLetterWhoseOpeningWasDeletedIsOpenOnceTheTopicsAreRead() {
    projection.projectLedgers(List.of(LedgerRecord.of(parked())));
    assertThat(letters()).isEmpty();

    projection.caughtUp();

    assertThat(letters()).containsExactly("east/web/2 open since " + TRIED);
  }

  @Test
  void aDeadLetterThatIsParkedLaterIsOpen() {
    projection.caughtUp();

    projection.projectLedgers(List.of(LedgerRecord.of(parked())));

    assertThat(letters()).containsExactly("east/web/2 open since " + TRIED);
  }

  @Test
  void aDeadLetterThatWasDiscardedStaysClosed() {
    projection.projectLedgers(List.of(LedgerRecord.of(parked())));
    project(DEAD_LETTERS, TRIED, discarded());

    projection.caughtUp();
    projection.projectLedgers(List.of(LedgerRecord.of(parked())));

    assertThat(letters()).isEmpty();
  }

  @Test
  void aDeadLetterThatIsOpenedAfterItWasDiscardedIsOpen() {
    project(DEAD_LETTERS, OPENED, discarded());
    project(DEAD_LETTERS, TRIED, opened());

    projection.caughtUp();

    assertThat(letters()).containsExactly("east/web/2 open since " + TRIED);
  }

  @Test
  void theOpeningInTheTopicGivesTheTimeAndTheSequence() {
    projection.projectLedgers(List.of(LedgerRecord.of(parked())));
    project(DEAD_LETTERS, OPENED, opened());

    projection.caughtUp();

    assertThat(letters()).containsExactly("east/web/2 open since " + OPENED);
    assertThat(sequence()).isPositive();
  }

  @Test
  void anOpeningThatIsReadAfterTheReportGivesTheTimeAndTheSequence() {
    projection.caughtUp();
    projection.projectLedgers(List.of(LedgerRecord.of(parked())));
    assertThat(sequence()).isNegative();

    project(DEAD_LETTERS, OPENED, opened());

    assertThat(letters()).containsExactly("east/web/2 open since " + OPENED);
    assertThat(sequence()).isPositive();
  }

  @Test
  void aGenerationWithoutAKnownTimeWasNotAppliedWhenItWasFound() {
    projection.projectLedgers(
        List.of(LedgerRecord.of(report(2, Optional.empty(), Optional.empty(), true))));

    assertThat(status()).containsExactly("Synced since null, 2 applied at null by null");
  }

  @Test
  void aReportOfTheSameGenerationKeepsWhatOnlyTheOneBeforeKnows() {
    projection.projectLedgers(List.of(LedgerRecord.of(settled(2))));
    database.writer().update("DELETE FROM status");

    sent();
    projection.projectLedgers(
        List.of(LedgerRecord.of(report(2, Optional.empty(), Optional.empty(), true))));

    assertThat(status())
        .containsExactly("Synced since %1$s, 2 applied at %1$s by plain".formatted(TRIED));
  }

  @Test
  void theReportsOfARemovedApplicationAreForgotten() {
    projection.projectLedgers(List.of(LedgerRecord.of(settled(2))));

    projection.projectLedgers(List.of(LedgerRecord.removed("ledger/east/web")));

    assertThat(database.writer().number("SELECT count(*) AS n FROM ledger")).isZero();
    assertThat(status()).hasSize(1);
  }

  @Test
  void aRemovalWhoseResultWasMissedEnds() {
    database.writer().update("UPDATE status SET phase = 'Removing'");

    projection.projectLedgers(List.of(LedgerRecord.removed("ledger/east/web")));

    assertThat(status()).singleElement().asString().startsWith("Removed since null");
  }

  private List<String> status() {
    return database
        .writer()
        .list(
            "SELECT * FROM status",
            row ->
                "%s since %s, %d applied at %s by %s"
                    .formatted(
                        row.text("phase"),
                        row.findTime("since").orElse(null),
                        row.number("applied_generation"),
                        row.findTime("applied_at").orElse(null),
                        row.find("applied_renderer").orElse(null)));
  }

  private long sequence() {
    return database.writer().number("SELECT opened_sequence AS n FROM dead_letter");
  }

  private List<String> letters() {
    return database
        .writer()
        .list(
            "SELECT entry, opened_at, closed_at FROM dead_letter",
            row ->
                "%s %s since %s"
                    .formatted(
                        row.text("entry"),
                        row.findTime("closed_at").isPresent() ? "closed" : "open",
                        row.time("opened_at")));
  }

  private void project(String topic, Instant at, Event event) {
    ProducerRecord<String, byte[]> record =
        EventCodec.encode(
            topic,
            new Envelope<>(new EventId("event-" + offset), "test", at, TraceParent.start(), event));
    projection.project(
        List.of(
            new ConsumerRecord<>(
                topic,
                0,
                offset++,
                at.toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                record.value().length,
                record.key(),
                record.value(),
                record.headers(),
                Optional.empty())));
  }

  private static Subject subject() {
    return new Subject(EAST, WEB, new Generation(2), Optional.empty(), new EventId("sync"));
  }

  private static DeadLetterEvent opened() {
    return new DeadLetterEvent.Opened(
        ENTRY,
        "east/web",
        Optional.of(subject()),
        INVALID,
        1,
        OriginalRecord.at("sluice.sync.east", 0, 7),
        Optional.empty());
  }

  private static DeadLetterEvent discarded() {
    return DeadLetterEvent.Closed.discarded(
        ENTRY, "east/web", Optional.of(new Generation(2)), "alice", "known", Optional.empty());
  }

  private static LedgerReport parked() {
    return new LedgerReport(
        EAST,
        WEB,
        Optional.empty(),
        Optional.of(new Parked(new Generation(2), Optional.empty(), TRIED, INVALID)));
  }

  private static LedgerReport settled(long generation) {
    return report(generation, Optional.of("plain"), Optional.empty(), false);
  }

  private static LedgerReport report(
      long generation, Optional<String> renderer, Optional<ObservedHealth> health, boolean found) {
    return new LedgerReport(
        EAST,
        WEB,
        Optional.of(
            new Settled(
                new Generation(generation),
                Optional.empty(),
                false,
                TRIED,
                renderer,
                health,
                found ? Optional.of(true) : Optional.empty())),
        Optional.empty());
  }
}
