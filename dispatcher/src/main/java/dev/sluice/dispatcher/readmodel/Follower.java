package dev.sluice.dispatcher.readmodel;

import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.kafka.UngroupedConsumer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the database at the end of the topics. One thread owns the consumer and the writing. */
final class Follower implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Follower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final long RESTART_SECONDS = 2;
  private static final int BATCH = 5_000;

  private final KafkaConnection connection;
  private final LogIdentity identity;
  private final Projection projection;
  private final ReadModel.Listener listener;
  private final Clock clock;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<TopicPartition, Long> lag = new ConcurrentHashMap<>();
  private volatile Optional<String> failure = Optional.empty();
  private volatile Optional<KafkaConsumer<String, byte[]>> current = Optional.empty();
  private volatile boolean caughtUp;
  private volatile Instant lastTurn;

  Follower(
      KafkaConnection connection,
      LogIdentity identity,
      Projection projection,
      ReadModel.Listener listener,
      Clock clock) {
    this.connection = connection;
    this.identity = identity;
    this.projection = projection;
    this.listener = listener;
    this.clock = clock;
    this.lastTurn = clock.instant();
    this.thread = Thread.ofPlatform().daemon().name("read-model").start(this::run);
  }

  /** Why questions may be answered with old news; empty if they are not. */
  Optional<String> obstacle() {
    return failure.or(
        () ->
            caughtUp
                ? Optional.empty()
                : Optional.of("the read model is catching up: " + lag() + " records to go"));
  }

  /** How many records are still to be read. */
  long lag() {
    return lag.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The same by topic. */
  Map<String, Long> lagByTopic() {
    Map<String, Long> byTopic = new HashMap<>();
    lag.forEach((partition, records) -> byTopic.merge(partition.topic(), records, Long::sum));
    return byTopic;
  }

  Instant lastTurn() {
    return lastTurn;
  }

  private void run() {
    while (closing.getCount() > 0) {
      try (KafkaConsumer<String, byte[]> consumer = open()) {
        current = Optional.of(consumer);
        follow(consumer);
      } catch (WakeupException e) {
        return;
      } catch (KafkaException | DatabaseException | UnknownEventException e) {
        failure = Optional.of("the read model stands still: " + e.getMessage());
        log.atError().setCause(e).log("the read model stands still, and is tried again");
      } finally {
        current = Optional.empty();
      }
      awaitRestart();
    }
  }

  private KafkaConsumer<String, byte[]> open() {
    Map<String, Object> properties = connection.consumer("read-model");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH);
    KafkaConsumer<String, byte[]> consumer = new UngroupedConsumer(properties);
    consumer.assign(identity.partitions());
    for (TopicPartition partition : identity.partitions()) {
      Optional<Long> position = projection.position(partition);
      if (position.isPresent()) {
        consumer.seek(partition, position.get());
      } else {
        consumer.seekToBeginning(List.of(partition));
      }
    }
    return consumer;
  }

  private void follow(KafkaConsumer<String, byte[]> consumer) {
    while (closing.getCount() > 0) {
      ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
      boolean live = caughtUp;
      List<Envelope<?>> events = records.isEmpty() ? List.of() : projection.take(records);
      measure(consumer);
      failure = Optional.empty();
      lastTurn = clock.instant();
      if (!records.isEmpty()) {
        listener.taken(events, live);
      }
    }
  }

  private void measure(KafkaConsumer<String, byte[]> consumer) {
    for (TopicPartition partition : identity.partitions()) {
      OptionalLong behind = consumer.currentLag(partition);
      behind.ifPresent(records -> lag.put(partition, records));
    }
    if (!caughtUp && lag.size() == identity.partitions().size() && lag() == 0) {
      caughtUp = true;
      log.atInfo().log("the read model has caught up");
    }
  }

  private void awaitRestart() {
    try {
      closing.await(RESTART_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    current.ifPresent(KafkaConsumer::wakeup);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
