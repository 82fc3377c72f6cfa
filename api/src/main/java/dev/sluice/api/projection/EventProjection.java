package dev.sluice.api.projection;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.platform.kafka.Topics;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The events as they were read, in the order of reading. */
final class EventProjection {

  private final Sql sql;
  private final Topics topics;

  EventProjection(Sql sql, Topics topics) {
    this.sql = sql;
    this.topics = topics;
  }

  /** Stores an event that was read. */
  void add(ConsumerRecord<String, byte[]> record, ReceivedEvent received) {
    Envelope<?> envelope = received.envelope();
    Event event = envelope.event();
    About about = About.of(event);
    sql.update(
        "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        received.sequence(),
        received.at(),
        EventType.of(event).slug(),
        envelope.id(),
        envelope.source(),
        envelope.trace(),
        name(record.topic()),
        record.partition(),
        record.offset(),
        about.cluster(),
        about.application(),
        event instanceof ChangeEvent change
            ? ChangeProjection.repository(change)
            : Optional.empty(),
        record.value());
  }

  /** Stores an unreadable record as an event; its position is what an operator needs. */
  void damaged(ConsumerRecord<String, byte[]> record, long sequence, String reason) {
    sql.update(
        "INSERT INTO event VALUES (?, ?, 'damaged', ?, '', '', ?, ?, ?, NULL, NULL, NULL, ?)",
        sequence,
        Instant.ofEpochMilli(record.timestamp()),
        "%s/%d/%d".formatted(record.topic(), record.partition(), record.offset()),
        name(record.topic()),
        record.partition(),
        record.offset(),
        Columns.json(Map.of("reason", reason)));
  }

  private String name(String topic) {
    return topic.substring(topics.prefix().length() + 1);
  }

  /** The cluster and the application that an event is about, if any. */
  private record About(Optional<String> cluster, Optional<String> application) {

    private static final About NONE = new About(Optional.empty(), Optional.empty());

    static About of(Event event) {
      return switch (event) {
        case ResultEvent result ->
            new About(Optional.of(result.cluster().value()), ResultProjection.application(result));
        case DeadLetterEvent letter ->
            DeadLetterProjection.Place.of(letter.key())
                .map(
                    place ->
                        new About(Optional.of(place.cluster()), Optional.of(place.application())))
                .orElse(NONE);
        case CommandEvent.Outcome outcome ->
            new About(
                Optional.of(outcome.cluster().value()), ChangeProjection.application(outcome));
        case ChangeEvent change ->
            new About(Optional.empty(), ChangeProjection.application(change));
        case StateRecord _,
            SyncEvent _,
            SourcesEvent _,
            SuspensionEvent _,
            QuestionEvent _,
            Heartbeat _,
            Heartbeat.LedgerReport _,
            Checkpoint _,
            AccessDenied _ ->
            NONE;
      };
    }
  }

  /** Returns the sequence number of the last event; 0 if there is none. */
  long last() {
    return sql.number("SELECT max(sequence) AS n FROM event");
  }
}
