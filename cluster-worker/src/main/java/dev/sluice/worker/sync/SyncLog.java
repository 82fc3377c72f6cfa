package dev.sluice.worker.sync;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicWatch;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.process.Containment;
import dev.sluice.platform.process.FatalErrors;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a cluster's sync topic from its beginning, then follows it. One thread owns the consumer;
 * it applies nothing and waits for nothing but the broker.
 *
 * <p>Generations only rise: a record that is not newer than the last of its application is a
 * duplicate, or a late write of a fenced dispatcher, and is skipped.
 */
public final class SyncLog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SyncLog.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConnection kafka;
  private final ClusterName cluster;
  private final LogListener listener;
  private final Containment containment;
  private final Clock clock;
  private final TopicPartition partition;
  private final Map<ApplicationName, Generation> newest = new HashMap<>();
  private final Map<ApplicationName, RefusedSources> refused = new HashMap<>();
  private final List<Envelope<QuestionEvent>> questions = new ArrayList<>();
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Instant turnedAt;
  private volatile OptionalLong lag = OptionalLong.empty();
  private volatile Optional<String> problem = Optional.empty();
  private volatile @Nullable KafkaConsumer<String, byte[]> reading;

  private SyncLog(
      KafkaConnection kafka,
      ClusterName cluster,
      LogListener listener,
      Containment containment,
      Clock clock) {
    this.kafka = kafka;
    this.cluster = cluster;
    this.listener = listener;
    this.containment = containment;
    this.clock = clock;
    this.partition = new TopicPartition(kafka.topics().sync(cluster), 0);
    this.turnedAt = clock.instant();
    this.thread =
        Thread.ofPlatform().name("sync-log-" + cluster).daemon().unstarted(this::readUntilClosed);
  }

  /** Starts reading. The topic may not exist yet. */
  public static SyncLog start(
      KafkaConnection kafka,
      ClusterName cluster,
      LogListener listener,
      Containment containment,
      Clock clock) {
    SyncLog syncLog = new SyncLog(kafka, cluster, listener, containment, clock);
    syncLog.thread.start();
    return syncLog;
  }

  /** Returns when the reading loop last turned, for liveness. */
  public Instant turnedAt() {
    return turnedAt;
  }

  /** Returns the number of records that are still to be read; empty while it is unknown. */
  public OptionalLong lag() {
    return lag;
  }

  /** Returns why the topic cannot be read at the moment; empty if it can. */
  public Optional<String> problem() {
    return problem;
  }

  @Override
  public void close() {
    closing.countDown();
    KafkaConsumer<String, byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void readUntilClosed() {
    while (!isClosed()) {
      try (KafkaConsumer<String, byte[]> consumer =
          new UngroupedConsumer(kafka.consumer("worker-" + cluster))) {
        reading = consumer;
        read(consumer);
        return;
      } catch (WakeupException e) {
        // closing
      } catch (TopicWatch.TopicChangedException e) {
        // the state of lanes and claims comes from the old topic and must not be used: a new
        // session begins
        listener.failed(e);
        return;
      } catch (KafkaException e) {
        // errors that the client does not retry by itself (authorization, say) may be fixed
        // meanwhile
        log.atWarn()
            .addKeyValue("cluster", cluster)
            .setCause(e)
            .log("cannot read {}; trying again", partition.topic());
        problem =
            Optional.of(
                "cannot read %s (%s)".formatted(partition.topic(), e.getClass().getSimpleName()));
        turnedAt = clock.instant();
        pause();
      } catch (RuntimeException | Error e) {
        FatalErrors.check(e);
        listener.failed(e);
        return;
      }
    }
  }

  private void read(KafkaConsumer<String, byte[]> consumer) {
    if (!awaitTopic(consumer)) {
      return;
    }
    try (TopicWatch watch = TopicWatch.begin(kafka, List.of(partition.topic()), clock)) {
      follow(consumer, watch);
    }
  }

  private void follow(KafkaConsumer<String, byte[]> consumer, TopicWatch watch) {
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    newest.clear();
    refused.clear();
    questions.clear();
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    Map<ApplicationName, List<LogEntry>> history = new HashMap<>();
    boolean caughtUp = false;
    while (!isClosed()) {
      if (!caughtUp && consumer.position(partition) >= end) {
        listener.caughtUp(history, refused.values());
        questions.forEach(
            question ->
                containment.handle("sync-log", question.id(), () -> listener.asked(question)));
        questions.clear();
        history = Map.of();
        caughtUp = true;
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        if (!contained(record, caughtUp ? Optional.empty() : Optional.of(history))) {
          return;
        }
      }
      watch.check();
      turnedAt = clock.instant();
      problem = Optional.empty();
      lag = consumer.currentLag(partition);
    }
  }

  /**
   * Handles one record, whose failure affects only itself; returns whether to continue after it.
   */
  private boolean contained(
      ConsumerRecord<String, byte[]> record,
      Optional<Map<ApplicationName, List<LogEntry>>> history) {
    try {
      return take(record, history);
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

  private boolean take(
      ConsumerRecord<String, byte[]> record,
      Optional<Map<ApplicationName, List<LogEntry>>> history) {
    switch (EventCodec.decode(record)) {
      case Decoded.Known(Envelope<?> envelope) when envelope.event() instanceof SyncEvent event -> {
        Envelope<SyncEvent> sync =
            new Envelope<>(
                envelope.id(), envelope.source(), envelope.time(), envelope.trace(), event);
        take(LogEntry.of(sync, record.offset(), clock.instant()), event, history);
      }
      case Decoded.Known(Envelope<?> envelope)
          when envelope.event() instanceof SourcesEvent event ->
          take(envelope, event, record.offset(), history.isPresent());
      case Decoded.Known(Envelope<?> envelope)
          when envelope.event() instanceof QuestionEvent question ->
          asked(
              new Envelope<>(
                  envelope.id(), envelope.source(), envelope.time(), envelope.trace(), question),
              history.isPresent());
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
                partition.topic());
        listener.stopped(ceType, record.offset());
        return false;
      }
    }
    return true;
  }

  /**
   * Passes on a question. One asked before the start is answered after it, unless it has expired.
   */
  private void asked(Envelope<QuestionEvent> question, boolean early) {
    if (question.event().until().isBefore(clock.instant())) {
      return;
    }
    if (early) {
      questions.add(question);
    } else {
      listener.asked(question);
    }
  }

  private void take(
      LogEntry entry, SyncEvent event, Optional<Map<ApplicationName, List<LogEntry>>> history) {
    Generation known = newest.get(entry.application());
    if (known != null && !entry.generation().isAfter(known)) {
      return;
    }
    newest.put(entry.application(), entry.generation());
    refused.remove(entry.application());
    if (history.isPresent()) {
      history.get().computeIfAbsent(entry.application(), _ -> new ArrayList<>()).add(entry);
    } else {
      listener.received(entry, event);
    }
  }

  private void take(Envelope<?> envelope, SourcesEvent event, long offset, boolean early) {
    switch (event) {
      case SourcesEvent.Refused sources -> {
        RefusedSources entry = RefusedSources.of(envelope, sources, offset);
        refused.put(event.application(), entry);
        if (!early) {
          listener.refused(entry);
        }
      }
      case SourcesEvent.Accepted _ -> {
        refused.remove(event.application());
        if (!early) {
          listener.accepted(event.application());
        }
      }
    }
  }

  private void damaged(ConsumerRecord<String, byte[]> record, String reason) {
    log.atWarn()
        .addKeyValue("cluster", cluster)
        .log("cannot read offset {} of {}: {}", record.offset(), partition.topic(), reason);
    listener.damaged(
        OriginalRecord.intact(record),
        EventCodec.trace(record).orElseGet(TraceParent::start),
        reason);
  }

  private boolean awaitTopic(KafkaConsumer<String, byte[]> consumer) {
    AwaitedTopic topic = new AwaitedTopic(cluster, partition.topic());
    while (!isClosed()) {
      turnedAt = clock.instant();
      if (topic.isThere(consumer)) {
        return true;
      }
      pause();
    }
    return false;
  }

  private void pause() {
    try {
      boolean unused = closing.await(250, TimeUnit.MILLISECONDS); // the caller's loop checks
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }
}
