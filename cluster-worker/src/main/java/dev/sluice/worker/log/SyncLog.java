package dev.sluice.worker.log;

import dev.sluice.contract.event.Decoded;
import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.kafka.UngroupedConsumer;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
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
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a cluster's sync topic from its beginning, then follows it. One thread owns the consumer;
 * it applies nothing and waits for nobody but the broker.
 *
 * <p>Generations only rise: a record that is not newer than what is known of its application is a
 * duplicate, or a late write of a fenced dispatcher, and is passed over.
 */
public final class SyncLog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SyncLog.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration MISSING_TOPIC = Duration.ofSeconds(2);

  private final KafkaConnection kafka;
  private final ClusterName cluster;
  private final LogListener listener;
  private final Clock clock;
  private final TopicPartition partition;
  private final Map<ApplicationName, Generation> newest = new HashMap<>();
  private final List<Envelope<QuestionEvent>> questions = new ArrayList<>();
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Instant turnedAt;
  private volatile OptionalLong lag = OptionalLong.empty();
  private volatile @Nullable KafkaConsumer<String, byte[]> reading;

  private SyncLog(KafkaConnection kafka, ClusterName cluster, LogListener listener, Clock clock) {
    this.kafka = kafka;
    this.cluster = cluster;
    this.listener = listener;
    this.clock = clock;
    this.partition = new TopicPartition(kafka.topics().sync(cluster), 0);
    this.turnedAt = clock.instant();
    this.thread =
        Thread.ofPlatform().name("sync-log-" + cluster).daemon().unstarted(this::readUntilClosed);
  }

  /** Starts reading. The topic need not be there yet. */
  public static SyncLog start(
      KafkaConnection kafka, ClusterName cluster, LogListener listener, Clock clock) {
    SyncLog syncLog = new SyncLog(kafka, cluster, listener, clock);
    syncLog.thread.start();
    return syncLog;
  }

  /** When the reading loop last came round; one that does not is dead. */
  public Instant turnedAt() {
    return turnedAt;
  }

  /** Records that are still to be read; empty while no one knows. */
  public OptionalLong lag() {
    return lag;
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
        if (!isClosed()) {
          throw e;
        }
      } catch (KafkaException e) {
        // what the client does not retry by itself (authorization, say) may be mended meanwhile
        log.atWarn()
            .addKeyValue("cluster", cluster)
            .setCause(e)
            .log("cannot read {}; trying again", partition.topic());
        pause();
      }
    }
  }

  private void read(KafkaConsumer<String, byte[]> consumer) {
    if (!awaitTopic(consumer)) {
      return;
    }
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    newest.clear();
    questions.clear();
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    Map<ApplicationName, List<LogEntry>> history = new HashMap<>();
    boolean caughtUp = false;
    while (!isClosed()) {
      if (!caughtUp && consumer.position(partition) >= end) {
        listener.caughtUp(history);
        questions.forEach(listener::asked);
        questions.clear();
        history = Map.of();
        caughtUp = true;
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        if (!take(record, caughtUp ? Optional.empty() : Optional.of(history))) {
          return;
        }
      }
      turnedAt = clock.instant();
      lag = consumer.currentLag(partition);
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
              .log("passed over a question of type {}: this worker cannot answer it", ceType);
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

  /** What was asked before a start is answered after it, unless nobody waits any more. */
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
    if (history.isPresent()) {
      history.get().computeIfAbsent(entry.application(), _ -> new ArrayList<>()).add(entry);
    } else {
      listener.received(entry, event);
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
    boolean told = false;
    while (!isClosed()) {
      turnedAt = clock.instant();
      if (exists(consumer)) {
        return true;
      }
      if (!told) {
        log.atInfo()
            .addKeyValue("cluster", cluster)
            .log("waiting for topic {}: the dispatcher creates it", partition.topic());
        told = true;
      }
      pause();
    }
    return false;
  }

  private boolean exists(KafkaConsumer<String, byte[]> consumer) {
    try {
      return !consumer.partitionsFor(partition.topic(), MISSING_TOPIC).isEmpty();
    } catch (TimeoutException e) {
      return false;
    }
  }

  private void pause() {
    try {
      boolean unused = closing.await(250, TimeUnit.MILLISECONDS); // the caller's loop asks
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }
}
