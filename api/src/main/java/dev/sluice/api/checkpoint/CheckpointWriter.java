package dev.sluice.api.checkpoint;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.proof.CheckpointSigner;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Writer of checkpoints. It reads all topics as a member of a consumer group, so several processes
 * share the partitions. A checkpoint and the offset at which it ends are committed in one
 * transaction; the digest of the partition's last checkpoint is in the metadata of that offset. So
 * each record is in exactly one checkpoint, also if a process is killed.
 */
public final class CheckpointWriter implements AutoCloseable {

  /** Limits the size of a checkpoint to about 170 KiB. */
  private static final int MOST_RECORDS = 5_000;

  private static final int TOPICS_SEEN_WITHIN = Math.toIntExact(Duration.ofSeconds(30).toMillis());
  private static final int HEARTBEAT = Math.toIntExact(Duration.ofSeconds(15).toMillis());

  private final CheckpointSigner signer;
  private final Duration interval;
  private final KafkaConnection connection;
  private final Clock clock;
  private final SupervisedLoop loop;

  private CheckpointWriter(
      CheckpointSigner signer, Duration interval, KafkaConnection connection, Clock clock) {
    this.signer = signer;
    this.interval = interval;
    this.connection = connection;
    this.clock = clock;
    this.loop = new SupervisedLoop("checkpoints", clock, this::session);
  }

  /**
   * Starts to write checkpoints, if a key is configured.
   *
   * @throws dev.sluice.platform.config.ConfigurationException if the key cannot be used
   */
  public static Optional<CheckpointWriter> start(
      CheckpointConfig config, KafkaConnection connection, Clock clock) {
    Optional<CheckpointWriter> writer =
        config
            .signer()
            .map(signer -> new CheckpointWriter(signer, config.interval(), connection, clock));
    writer.ifPresent(each -> each.loop.start());
    return writer;
  }

  /** Returns why no checkpoints are written; empty if they are. */
  public Optional<String> problem() {
    return loop.unreadyReason();
  }

  @Override
  public void close() {
    loop.close();
  }

  private void session(SupervisedLoop supervised) {
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(consumerProperties());
        ChainedProducer producer =
            new ChainedProducer(
                connection.transactionalProducer("checkpoints-" + UUID.randomUUID()))) {
      producer.initTransactions();
      OpenRanges ranges = new OpenRanges(consumer, connection);
      consumer.subscribe(connection.topics().recorded(), ranges);
      supervised.onClose(consumer::wakeup);
      while (supervised.isOpen()) {
        read(consumer, ranges);
        Instant now = clock.instant();
        write(ranges.due(now.minus(interval), MOST_RECORDS), consumer, producer, now);
        supervised.turned();
      }
      write(ranges.all(), consumer, producer, clock.instant());
    }
  }

  private void read(KafkaConsumer<String, byte[]> consumer, OpenRanges ranges) {
    Instant now = clock.instant();
    Duration left =
        ranges
            .oldest()
            .map(since -> Duration.between(now, since.plus(interval)))
            .filter(until -> until.compareTo(interval) < 0)
            .orElse(interval);
    try {
      ConsumerRecords<String, byte[]> records =
          consumer.poll(left.isNegative() ? Duration.ZERO : left);
      Instant read = clock.instant();
      records.forEach(record -> ranges.add(record, read));
    } catch (WakeupException e) {
      // the loop is being closed
    }
  }

  private void write(
      List<OpenRange> ranges,
      KafkaConsumer<String, byte[]> consumer,
      ChainedProducer producer,
      Instant now) {
    if (ranges.isEmpty()) {
      return;
    }
    producer.beginTransaction();
    Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
    for (OpenRange range : ranges) {
      long until = consumer.position(range.partition());
      Checkpoint checkpoint = range.end(until, signer, now);
      EventId id = EventId.of("checkpoint", checkpoint.key(), until, EventStamp.next(now));
      // a failure shows at the commit
      var unused =
          producer.send(
              EventCodec.encode(
                  connection.topics().checkpoints(),
                  new Envelope<>(id, "api", now, TraceParent.start(), checkpoint)));
      ends.put(range.partition(), new OffsetAndMetadata(until, range.previous().orElseThrow()));
    }
    producer.sendOffsetsToTransaction(ends, consumer.groupMetadata());
    producer.commitTransaction();
  }

  private Map<String, Object> consumerProperties() {
    Map<String, Object> properties = connection.targetConsumer("checkpoints");
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix() + "-checkpoints");
    // finds topics of clusters that join
    properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, TOPICS_SEEN_WITHIN);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT);
    return properties;
  }
}
