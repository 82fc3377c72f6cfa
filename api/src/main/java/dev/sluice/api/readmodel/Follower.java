package dev.sluice.api.readmodel;

import dev.sluice.api.projection.Projection;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.LogIdentity;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicInspection;
import dev.sluice.platform.kafka.TopicWatch;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.process.KafkaFailures;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loop that follows the topics and writes them into the database. One thread owns the consumer and
 * the writes.
 */
final class Follower implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Follower.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration BETWEEN_CHECKS = Duration.ofMinutes(10);
  private static final int BATCH = 5_000;

  private final KafkaConnection connection;
  private final Database database;
  private final LedgerInbox ledgers;
  private final Observer observer;
  private final Clock clock;
  private final SupervisedLoop loop;
  private final Map<TopicPartition, Long> lag = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Long> stored = new HashMap<>();
  private volatile boolean caughtUp;
  private volatile boolean building;
  private volatile List<String> warnings = List.of();
  private Instant checkedAt = Instant.EPOCH;

  /** Receives what the loop has written. Called by its thread; must not block. */
  interface Observer extends ReadModel.Listener {

    /** Reacts to an emptied database, which needs all records about ledgers again. */
    void onRebuilt();
  }

  /**
   * Creates a loop that is not started yet.
   *
   * @param ledgers records about ledgers to write
   */
  Follower(
      KafkaConnection connection,
      Database database,
      LedgerInbox ledgers,
      Observer observer,
      Clock clock) {
    this.connection = connection;
    this.database = database;
    this.ledgers = ledgers;
    this.observer = observer;
    this.clock = clock;
    this.loop = new SupervisedLoop("read-model", clock, this::session);
  }

  /**
   * Starts to follow the topics.
   *
   * @param identity of the topics at the moment
   */
  void start(LogIdentity identity) {
    building = !database.isComplete();
    expect(identity);
    loop.start();
  }

  /** Returns why queries may return stale answers, or empty if they are current. */
  Optional<String> unreadyReason() {
    return loop.unreadyReason().or(() -> catchingUp().map(this::reason));
  }

  private String reason(long records) {
    return building
        ? "the read model is built from the topics for the first time: %d records to go, which no answer includes"
            .formatted(records)
        : "the read model is catching up: %d records to go".formatted(records);
  }

  /** Returns the number of records to read until answers are current; empty if they are. */
  Optional<Long> catchingUp() {
    return caughtUp ? Optional.empty() : Optional.of(lag()).filter(records -> records > 0);
  }

  /** Returns how the topics fall short of the recommended configuration. */
  List<String> warnings() {
    return warnings;
  }

  /** Returns the number of records that are not read yet. */
  long lag() {
    return lag.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the number of records that are not read yet, by topic. */
  Map<String, Long> lagByTopic() {
    Map<String, Long> byTopic = new HashMap<>();
    lag.forEach((partition, records) -> byTopic.merge(partition.topic(), records, Long::sum));
    return byTopic;
  }

  Instant lastTurn() {
    return loop.lastTurn();
  }

  private void session(SupervisedLoop supervised) {
    LogIdentity identity = LogIdentity.of(connection, TOPICS_TIMEOUT);
    if (!database.isAbout(identity)) {
      log.atWarn().log("the topics have changed identity; rebuilding the read model");
      stored.clear();
      database.rebuild(identity);
      expect(identity);
      caughtUp = false;
      observer.onRebuilt();
    }
    building = !database.isComplete();
    Projection projection = new Projection(database.writer(), connection.topics());
    if (caughtUp) {
      projection.caughtUp();
    }
    try (TopicWatch watch = TopicWatch.begin(connection, identity.topics(), clock);
        UngroupedConsumer consumer = open()) {
      supervised.onClose(consumer::wakeup);
      begin(consumer, identity, projection);
      // one loop for the catch-up and for what follows, so that liveness covers both
      while (supervised.isOpen()) {
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        boolean live = caughtUp;
        List<Envelope<?>> events = records.isEmpty() ? List.of() : projection.project(records);
        writeLedgers(projection);
        measure(consumer, identity, projection);
        if (records.isEmpty()) {
          advance(consumer, projection);
        }
        watch.check();
        checkTopicsNowAndThen();
        supervised.turned(watch.silence());
        if (!records.isEmpty()) {
          observer.onEvents(events, live);
        }
      }
    } catch (WakeupException e) {
      // close() wakes the consumer up
    }
  }

  private void checkTopicsNowAndThen() {
    Instant now = clock.instant();
    if (!caughtUp || now.isBefore(checkedAt.plus(BETWEEN_CHECKS))) {
      return;
    }
    checkedAt = now;
    try (Admin admin = Admin.create(connection.admin())) {
      warnings = new TopicInspection(admin, connection.topics(), Replication.AUTOMATIC).warnings();
    } catch (IllegalStateException e) {
      warnings = List.of("the topics cannot be checked: " + KafkaFailures.describe(e));
    }
  }

  /** Computes how many records there are to read, until the consumer knows it. */
  private void expect(LogIdentity identity) {
    identity
        .ends()
        .forEach(
            (partition, end) -> {
              long next = Database.position(database.writer(), partition).orElse(0L);
              lag.put(partition, Math.max(0, end - next));
            });
  }

  private UngroupedConsumer open() {
    Map<String, Object> properties = connection.consumer("read-model");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH);
    return new UngroupedConsumer(properties);
  }

  /** Goes to the first records to read; notes those that were deleted. */
  private void begin(UngroupedConsumer consumer, LogIdentity identity, Projection projection) {
    projection.note(consumer.beginningOffsets(identity.partitions()), clock.instant());
    expect(identity);
    consumer.assign(identity.partitions(), projection::position);
  }

  private void measure(
      KafkaConsumer<String, byte[]> consumer, LogIdentity identity, Projection projection) {
    for (TopicPartition partition : identity.partitions()) {
      OptionalLong behind = consumer.currentLag(partition);
      behind.ifPresent(records -> lag.put(partition, records));
    }
    if (!caughtUp && lag.size() == identity.partitions().size() && lag() == 0) {
      projection.caughtUp();
      database.complete();
      building = false;
      caughtUp = true;
      log.atInfo().log("the read model has caught up");
    }
  }

  private void writeLedgers(Projection projection) {
    LedgerInbox.Batch taken = ledgers.take();
    if (taken.records().isEmpty()) {
      return;
    }
    try {
      projection.projectLedgers(taken.records());
    } catch (RuntimeException e) {
      ledgers.putBack(taken);
      throw e;
    }
    ledgers.written(taken);
  }

  /** Stores positions after records that the consumer skips, such as the ends of transactions. */
  private void advance(KafkaConsumer<String, byte[]> consumer, Projection projection) {
    Map<TopicPartition, Long> moved = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      long next = consumer.position(partition);
      if (!Long.valueOf(next).equals(stored.put(partition, next))) {
        moved.put(partition, next);
      }
    }
    if (!moved.isEmpty()) {
      projection.advance(moved);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
