package dev.sluice.dispatcher.archive;

import dev.sluice.platform.process.SupervisedLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** Archiving with one consumer: each record of a partition after the one before it. */
final class ArchiverSession {

  private static final Duration POLL = Duration.ofSeconds(5);

  /** A time after which records are given back, so that the group does not wait for this member. */
  private static final Duration TURN = Duration.ofSeconds(30);

  private final ArchiveConsumer consumer;
  private final RecordArchiver records;
  private final Retries retries;
  private final Clock clock;

  ArchiverSession(ArchiveConsumer consumer, RecordArchiver records, Retries retries, Clock clock) {
    this.consumer = consumer;
    this.records = records;
    this.retries = retries;
    this.clock = clock;
  }

  /** Archives until the loop is closed. */
  void run(SupervisedLoop loop) {
    consumer.join();
    while (loop.isOpen()) {
      consumer.resume(retries.due());
      ConsumerRecords<String, byte[]> polled = poll();
      Instant end = clock.instant().plus(TURN);
      for (TopicPartition partition : polled.partitions()) {
        archive(partition, polled.records(partition), end, loop);
      }
      consumer.commit();
      records.remaining(consumer.lag());
      loop.turned(consumer.silence());
    }
  }

  private ConsumerRecords<String, byte[]> poll() {
    try {
      return consumer.poll(retries.untilNext(POLL));
    } catch (TopicAuthorizationException e) {
      for (String topic : e.unauthorizedTopics()) {
        failed(new TopicPartition(topic, 0), e);
      }
      return ConsumerRecords.empty();
    }
  }

  private void archive(
      TopicPartition partition,
      List<ConsumerRecord<String, byte[]>> polled,
      Instant end,
      SupervisedLoop loop) {
    for (ConsumerRecord<String, byte[]> record : polled) {
      if (!loop.isOpen() || clock.instant().isAfter(end)) {
        consumer.giveBack(partition, record.offset());
        return;
      }
      try {
        records.archive(consumer.cluster(partition), record);
      } catch (RuntimeException e) {
        consumer.giveBack(partition, record.offset());
        failed(partition, e);
        return;
      }
      consumer.done(partition, record.offset() + 1);
    }
    retries.succeeded(partition);
  }

  /** Tries a partition again after a time, in which the others are archived. */
  private void failed(TopicPartition partition, RuntimeException failure) {
    records.failed(consumer.cluster(partition));
    retries.failed(partition, failure);
    consumer.pause(List.of(partition));
  }
}
