package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.Topics;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writer of the intake's events, in the running transaction, whose commit reports a failure. */
final class IntakeWriter {

  private static final Logger log = LoggerFactory.getLogger(IntakeWriter.class);
  private static final String SOURCE = "dispatcher/fleet";

  private final ChainedProducer producer;
  private final Topics topics;
  private final Clock clock;

  IntakeWriter(ChainedProducer producer, Topics topics, Clock clock) {
    this.producer = producer;
    this.topics = topics;
    this.clock = clock;
  }

  /** Forwards that a cluster skipped a target. */
  void fence(ChangeEvent.LedgerAhead ahead) {
    Instant now = clock.instant();
    EventId id =
        EventId.of(
            "ledger-ahead",
            ahead.cluster(),
            ahead.application(),
            ahead.ledger(),
            EventStamp.next(now));
    send(topics.changes(), id, now, TraceParent.start(), ahead);
  }

  /** Opens a dead letter for an unreadable record. */
  void deadLetter(FenceReportReader.Found.Poison poison) {
    Instant now = clock.instant();
    OriginalRecord original = poison.original();
    String message =
        "record %d of partition %d of %s cannot be read: %s; nothing waits for it, discard the entry"
            .formatted(original.offset(), original.partition(), original.topic(), poison.reason());
    log.atWarn().log("{}", message);
    send(
        topics.deadLetters(),
        EventId.of("dead-letter-opened", original.position(), EventStamp.next(now)),
        now,
        poison.trace(),
        DeadLetterEvent.Opened.damaged(original, original.position(), message, now));
  }

  /** Sends definitions that are accepted or removed. */
  void sendAll(List<ChangeEvent.FleetEvent> events, Supplier<TraceParent> trace) {
    Instant now = clock.instant();
    for (ChangeEvent.FleetEvent event : events) {
      send(topics.changes(), id(event, now), now, trace.get(), event);
    }
  }

  /** Sends an event. */
  void send(String topic, EventId id, Instant now, TraceParent trace, Event event) {
    var unused =
        producer.send(EventCodec.encode(topic, new Envelope<>(id, SOURCE, now, trace, event)));
  }

  /** A revision of the fleet may come into force again, so its name alone is not unique. */
  private static EventId id(ChangeEvent.FleetEvent event, Instant now) {
    long stamp = EventStamp.next(now);
    return switch (event) {
      case ChangeEvent.DefinitionAccepted accepted ->
          EventId.of("fleet", accepted.fleetRevision(), accepted.definition().application(), stamp);
      case ChangeEvent.DefinitionRemoved removed ->
          EventId.of("fleet", removed.fleetRevision(), removed.application(), "removed", stamp);
      case ChangeEvent.ReadersAccepted readers ->
          EventId.of("fleet", readers.fleetRevision(), "readers", readers.repository(), stamp);
    };
  }
}
