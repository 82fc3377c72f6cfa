package dev.sluice.api.readmodel;

import dev.sluice.api.projection.LedgerRecord;
import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Loop that reads the heartbeats of all parts, and what workers report of their ledgers. It is
 * independent of the loop that reads the other topics, which works without heartbeats, too: earlier
 * versions write none.
 */
final class PartFollower implements AutoCloseable {

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration TOPIC_MISSING = Duration.ofSeconds(2);

  private final KafkaConnection connection;
  private final PartReports reports;
  private final LedgerInbox ledgers;
  private final SupervisedLoop loop;

  /** The number of reports of ledgers that came before it had caught up; empty until then. */
  private volatile OptionalLong earlier = OptionalLong.empty();

  private volatile boolean again;

  PartFollower(KafkaConnection connection, PartReports reports, LedgerInbox ledgers, Clock clock) {
    this.connection = connection;
    this.reports = reports;
    this.ledgers = ledgers;
    this.loop = new SupervisedLoop("read-model-heartbeats", clock, this::session);
    loop.start();
  }

  /** Returns why the reports are not known; empty if they are, or if there can be none. */
  Optional<String> problem() {
    return loop.unreadyReason().map(reason -> "the reports of the parts cannot be read: " + reason);
  }

  /** Returns whether the reports that were in the topic have been read, and written. */
  boolean isCaughtUp() {
    OptionalLong reports = earlier;
    return reports.isPresent() && ledgers.hasWritten(reports.getAsLong());
  }

  /** Reads all reports again, since the database has lost those of ledgers. */
  void readAgain() {
    earlier = OptionalLong.empty();
    again = true;
  }

  private void session(SupervisedLoop supervised) throws InterruptedException {
    String topic = connection.topics().heartbeats();
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(connection.consumer("read-model-heartbeats"))) {
      supervised.onClose(consumer::wakeup);
      while (supervised.isOpen() && consumer.partitionsFor(topic).isEmpty()) {
        caughtUp();
        supervised.turned();
        supervised.pause(TOPIC_MISSING);
      }
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition), _ -> Optional.empty());
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (supervised.isOpen()) {
        if (again) {
          again = false;
          earlier = OptionalLong.empty();
          consumer.seekToBeginning(List.of(partition));
        }
        if (consumer.position(partition) >= end) {
          caughtUp();
        }
        read(consumer, end);
        supervised.turned();
      }
    } catch (WakeupException e) {
      // close() wakes the consumer up
    }
  }

  private void caughtUp() {
    if (earlier.isEmpty()) {
      earlier = OptionalLong.of(ledgers.arrived());
    }
  }

  private void read(KafkaConsumer<String, byte[]> consumer, long end) {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
      if (record.value() == null && LedgerReport.isKey(record.key())) {
        ledgers.put(LedgerRecord.removed(record.key()));
      } else if (EventCodec.decode(record) instanceof Decoded.Known known) {
        if (known.envelope().event() instanceof Heartbeat report) {
          reports.received(
              report, Instant.ofEpochMilli(record.timestamp()), record.offset() >= end);
        } else if (known.envelope().event() instanceof LedgerReport ledger) {
          ledgers.put(LedgerRecord.of(ledger));
        }
      }
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
