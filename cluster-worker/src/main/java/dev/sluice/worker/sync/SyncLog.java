package dev.sluice.worker.sync;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicWatch;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.process.Containment;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.ThreadEnd;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a cluster's sync topic from its beginning, then follows it. One thread owns the consumer;
 * it applies nothing and waits for nothing but the broker.
 */
public final class SyncLog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SyncLog.class);
  private static final Duration POLL = Duration.ofSeconds(1);

  /** A wait that is short for a listener that is not ready yet. */
  private static final Duration CATCH_UP_POLL = Duration.ofMillis(20);

  private final KafkaConnection kafka;
  private final ClusterName cluster;
  private final LogListener listener;
  private final Containment containment;
  private final Clock clock;
  private final TopicPartition partition;
  private final FailureLog failures;
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
    this.failures = new FailureLog(log, "sync-log");
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
    ThreadEnd.await(thread);
  }

  private void readUntilClosed() {
    while (!isClosed()) {
      try (KafkaConsumer<String, byte[]> consumer =
          new UngroupedConsumer(kafka.targetConsumer("worker-" + cluster))) {
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
        failures.failed("reading " + partition.topic(), e);
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
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    SyncRecordHandler records = new SyncRecordHandler(cluster, listener, containment, clock);
    while (!isClosed()) {
      if (!records.isCaughtUp() && consumer.position(partition) >= end) {
        records.caughtUp();
      }
      Duration wait = records.isCaughtUp() ? POLL : CATCH_UP_POLL;
      for (ConsumerRecord<String, byte[]> record : consumer.poll(wait)) {
        if (!records.handle(record)) {
          return;
        }
      }
      watch.check();
      turnedAt = clock.instant();
      problem = watch.silence();
      failures.succeeded("reading " + partition.topic());
      lag = consumer.currentLag(partition);
    }
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
