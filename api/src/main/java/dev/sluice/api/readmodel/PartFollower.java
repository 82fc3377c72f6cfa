package dev.sluice.api.readmodel;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Loop that reads the heartbeats of all parts. It is independent of the loop that reads the other
 * topics, which works without heartbeats, too: earlier versions write none.
 */
final class PartFollower implements AutoCloseable {

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration TOPIC_MISSING = Duration.ofSeconds(2);
  private static final int FETCH_WAIT_MS = 2_000;

  private final KafkaConnection connection;
  private final PartReports reports;
  private final SupervisedLoop loop;
  private volatile boolean caughtUp;

  PartFollower(KafkaConnection connection, PartReports reports, Clock clock) {
    this.connection = connection;
    this.reports = reports;
    this.loop = new SupervisedLoop("read-model-heartbeats", clock, this::session);
    loop.start();
  }

  /** Returns why the reports are not known; empty if they are, or if there can be none. */
  Optional<String> problem() {
    return loop.unreadyReason().map(reason -> "the reports of the parts cannot be read: " + reason);
  }

  /** Returns whether the reports that were in the topic have been read. */
  boolean isCaughtUp() {
    return caughtUp;
  }

  private void session(SupervisedLoop supervised) throws InterruptedException {
    Map<String, Object> properties = connection.consumer("read-model-heartbeats");
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
    String topic = connection.topics().heartbeats();
    try (UngroupedConsumer consumer = new UngroupedConsumer(properties)) {
      supervised.onClose(consumer::wakeup);
      while (supervised.isOpen() && consumer.partitionsFor(topic).isEmpty()) {
        caughtUp = true;
        supervised.turned();
        supervised.pause(TOPIC_MISSING);
      }
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition), _ -> Optional.empty());
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (supervised.isOpen()) {
        caughtUp |= consumer.position(partition) >= end;
        read(consumer, end);
        supervised.turned();
      }
    } catch (WakeupException e) {
      // close() wakes the consumer up
    }
  }

  private void read(KafkaConsumer<String, byte[]> consumer, long end) {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
      if (EventCodec.decode(record) instanceof Decoded.Known known
          && known.envelope().event() instanceof Heartbeat report) {
        reports.received(report, Instant.ofEpochMilli(record.timestamp()), record.offset() >= end);
      }
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
