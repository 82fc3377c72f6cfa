package dev.sluice.worker.sync;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Containment;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the records of a sync topic to its listener, in one reading of the topic from the
 * beginning. Until the topic is read to its end and the listener is ready, records are only
 * remembered.
 *
 * <p>Generations only rise: a record that is not newer than the last of its application is a
 * duplicate, or a late write of a fenced dispatcher, and is skipped. Not thread-safe.
 */
final class SyncRecordHandler {

  private static final Logger log = LoggerFactory.getLogger(SyncRecordHandler.class);

  private final ClusterName cluster;
  private final LogListener listener;
  private final Containment containment;
  private final Clock clock;
  private final Map<ApplicationName, Generation> newest = new HashMap<>();
  private final Map<ApplicationName, RefusedSources> refused = new HashMap<>();
  private final List<Envelope<QuestionEvent>> questions = new ArrayList<>();
  private Map<ApplicationName, List<LogEntry>> history = new HashMap<>();
  private boolean caughtUp;

  SyncRecordHandler(
      ClusterName cluster, LogListener listener, Containment containment, Clock clock) {
    this.cluster = cluster;
    this.listener = listener;
    this.containment = containment;
    this.clock = clock;
  }

  boolean isCaughtUp() {
    return caughtUp;
  }

  /**
   * Passes on everything that was remembered, since the topic was read to its end. Continues to
   * remember if the listener is not ready for it.
   */
  void caughtUp() {
    if (!listener.caughtUp(history, refused.values())) {
      return;
    }
    questions.forEach(
        question -> containment.handle("sync-log", question.id(), () -> listener.asked(question)));
    questions.clear();
    history = Map.of();
    caughtUp = true;
  }

  /**
   * Handles one record, whose failure affects only itself; returns whether to continue after it.
   */
  boolean handle(ConsumerRecord<String, byte[]> record) {
    try {
      return take(record);
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      containment.failed("sync-log", record.offset(), e);
      containment.handle(
          "sync-log",
          record.offset(),
          () ->
              damaged(
                  record,
                  "the worker failed on it with %s; see its log"
                      .formatted(e.getClass().getSimpleName())));
      return true;
    }
  }

  private boolean take(ConsumerRecord<String, byte[]> record) {
    switch (EventCodec.decode(record)) {
      case Decoded.Known(Envelope<?> envelope) when envelope.event() instanceof SyncEvent event -> {
        Envelope<SyncEvent> sync =
            new Envelope<>(
                envelope.id(), envelope.source(), envelope.time(), envelope.trace(), event);
        take(
            LogEntry.of(sync, record.offset(), record.serializedValueSize(), clock.instant()),
            event);
      }
      case Decoded.Known(Envelope<?> envelope)
          when envelope.event() instanceof SourcesEvent event ->
          take(envelope, event, record.offset());
      case Decoded.Known(Envelope<?> envelope)
          when envelope.event() instanceof SuspensionEvent suspension ->
          listener.suspended(suspension);
      case Decoded.Known(Envelope<?> envelope)
          when envelope.event() instanceof QuestionEvent question ->
          asked(
              new Envelope<>(
                  envelope.id(), envelope.source(), envelope.time(), envelope.trace(), question));
      case Decoded.Known(Envelope<?> envelope) ->
          damaged(
              record, "a " + envelope.event().getClass().getSimpleName() + " does not belong here");
      case Decoded.Damaged(String reason) -> damaged(record, reason);
      case Decoded.UnknownType(String ceType) when QuestionEvent.KEY.equals(record.key()) ->
          log.atInfo()
              .addKeyValue("cluster", cluster)
              .log("skipped a question of type {}: this worker cannot answer it", ceType);
      case Decoded.UnknownType(String ceType) -> {
        log.atError()
            .addKeyValue("cluster", cluster)
            .log(
                "stopped before a record of type {} at offset {} of {}: upgrade this worker",
                ceType,
                record.offset(),
                record.topic());
        listener.stopped(ceType, record.offset());
        return false;
      }
    }
    return true;
  }

  /**
   * Passes on a question. One asked before the start is answered after it, unless it has expired.
   */
  private void asked(Envelope<QuestionEvent> question) {
    if (question.event().until().isBefore(clock.instant())) {
      return;
    }
    if (!caughtUp) {
      questions.add(question);
    } else {
      listener.asked(question);
    }
  }

  private void take(LogEntry entry, SyncEvent event) {
    Generation known = newest.get(entry.application());
    if (known != null && !entry.generation().isAfter(known)) {
      return;
    }
    newest.put(entry.application(), entry.generation());
    refused.remove(entry.application());
    if (caughtUp) {
      listener.received(entry, event);
    } else {
      history.computeIfAbsent(entry.application(), _ -> new ArrayList<>()).add(entry);
    }
  }

  private void take(Envelope<?> envelope, SourcesEvent event, long offset) {
    switch (event) {
      case SourcesEvent.Refused sources -> {
        RefusedSources entry = RefusedSources.of(envelope, sources, offset);
        refused.put(event.application(), entry);
        if (caughtUp) {
          listener.refused(entry);
        }
      }
      case SourcesEvent.Accepted _ -> {
        refused.remove(event.application());
        if (caughtUp) {
          listener.accepted(event.application());
        }
      }
    }
  }

  private void damaged(ConsumerRecord<String, byte[]> record, String reason) {
    log.atWarn()
        .addKeyValue("cluster", cluster)
        .log("cannot read offset {} of {}: {}", record.offset(), record.topic(), reason);
    listener.damaged(
        OriginalRecord.withContent(record),
        EventCodec.trace(record).orElseGet(TraceParent::start),
        reason);
  }
}
