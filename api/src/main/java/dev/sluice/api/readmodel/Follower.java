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
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration BETWEEN_CHECKS = Duration.ofMinutes(10);
  private static final int BATCH = 5_000;

  private final KafkaConnection connection;
  private final Database database;
  private final ReadModel.Listener listener;
  private final Clock clock;
  private final SupervisedLoop loop;
  private final Map<TopicPartition, Long> lag = new ConcurrentHashMap<>();
  private volatile boolean caughtUp;
  private volatile List<String> warnings = List.of();
  private Instant checkedAt = Instant.EPOCH;

  Follower(
      KafkaConnection connection, Database database, ReadModel.Listener listener, Clock clock) {
    this.connection = connection;
    this.database = database;
    this.listener = listener;
    this.clock = clock;
    this.loop = new SupervisedLoop("read-model", clock, this::session);
    loop.start();
  }

  /** Returns why queries may return stale answers, or empty if they are current. */
  Optional<String> unreadyReason() {
    return loop.unreadyReason()
        .or(
            () ->
                caughtUp
                    ? Optional.empty()
                    : Optional.of("the read model is catching up: " + lag() + " records to go"));
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
      caughtUp = false;
      lag.clear();
      database.rebuild(identity);
    }
    Projection projection = new Projection(database.writer(), connection.topics());
    try (TopicWatch watch = TopicWatch.begin(connection, identity.topics(), clock);
        KafkaConsumer<String, byte[]> consumer = open(identity, projection)) {
      supervised.onClose(consumer::wakeup);
      // one loop for the catch-up and for what follows, so that liveness covers both
      while (supervised.isOpen()) {
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        boolean live = caughtUp;
        List<Envelope<?>> events = records.isEmpty() ? List.of() : projection.project(records);
        measure(consumer, identity);
        watch.check();
        checkTopicsNowAndThen();
        supervised.turned(watch.silence());
        if (!records.isEmpty()) {
          listener.onEvents(events, live);
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

  private KafkaConsumer<String, byte[]> open(LogIdentity identity, Projection projection) {
    Map<String, Object> properties = connection.consumer("read-model");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH);
    UngroupedConsumer consumer = new UngroupedConsumer(properties);
    consumer.assign(identity.partitions(), projection::position);
    return consumer;
  }

  private void measure(KafkaConsumer<String, byte[]> consumer, LogIdentity identity) {
    for (TopicPartition partition : identity.partitions()) {
      OptionalLong behind = consumer.currentLag(partition);
      behind.ifPresent(records -> lag.put(partition, records));
    }
    if (!caughtUp && lag.size() == identity.partitions().size() && lag() == 0) {
      caughtUp = true;
      log.atInfo().log("the read model has caught up");
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
