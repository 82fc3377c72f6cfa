package dev.sluice.dispatcher.decide;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.dispatcher.decide.DispatchListener.Affected;
import dev.sluice.dispatcher.decide.DispatchListener.RefusedSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Decision about one input: the records to write, and the affected and refused applications to
 * report.
 */
public final class Decision {

  private final String source;
  private final Instant now;
  private final TraceParent trace;
  private final List<OutgoingRecord> records = new ArrayList<>();
  private final List<Affected> affected = new ArrayList<>();
  private final List<RefusedSource> refused = new ArrayList<>();

  /**
   * Creates an empty decision.
   *
   * @param trace of the event or evaluation that the records follow from
   */
  Decision(String source, Instant now, TraceParent trace) {
    this.source = source;
    this.now = now;
    this.trace = trace;
  }

  Instant now() {
    return now;
  }

  OutgoingRecord encoded(EventId id, Event event) {
    return OutgoingRecord.of(new Envelope<>(id, source, now, trace, event));
  }

  void add(OutgoingRecord outgoing) {
    records.add(outgoing);
  }

  void add(SyncEvent event) {
    add(encoded(event.id(), event));
  }

  /** Adds a record about possible objects; its id contains their digest. */
  void add(SourcesEvent event, String digest) {
    add(
        encoded(
            EventId.of("sources", event.key(), event.cluster(), digest, EventStamp.next(now)),
            event));
  }

  void add(SuspensionEvent event) {
    add(
        encoded(
            EventId.of("suspension", event.cluster(), event.key(), EventStamp.next(now)), event));
  }

  void add(StateRecord record) {
    add(encoded(EventId.of("state", record.key(), EventStamp.next(now)), record));
  }

  void add(ResultEvent.Dispatched event) {
    add(encoded(EventId.of("dispatched", event.key(), event.subject().generation()), event));
  }

  void add(ResultEvent.Held event) {
    add(encoded(EventId.of("held", event.key(), EventStamp.next(now)), event));
  }

  void add(DeadLetterEvent event) {
    add(
        encoded(
            EventId.of(EventType.of(event).slug(), event.entry(), EventStamp.next(now)), event));
  }

  void affected(Affected one) {
    affected.add(one);
  }

  void refused(ApplicationState state, Failure failure) {
    RefusedSource source = new RefusedSource(state.application(), failure);
    if (!refused.contains(source)) {
      refused.add(source);
    }
  }

  public List<OutgoingRecord> records() {
    return records;
  }

  public List<Affected> affected() {
    return affected;
  }

  public List<RefusedSource> refused() {
    return refused;
  }
}
