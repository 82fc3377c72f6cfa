package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.kafka.WrittenEnds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;

/**
 * Reader of the approvals of fleet removals. Their answers are in the same partition, so the reader
 * knows which approvals are answered also if its position was lost, and it begins at the beginning.
 */
final class ApprovalReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MOST_POLLS = 100;

  private static final Duration BETWEEN_COMMITS = Duration.ofMinutes(1);

  /**
   * Time after which an unchanged position is committed again. Kafka forgets the position of a
   * reader without a subscription after a week without commits.
   */
  private static final Duration REFRESHED = Duration.ofHours(1);

  /**
   * Approval without an answer.
   *
   * @param offset in {@code changes}
   */
  record Given(FleetApproval approval, String digest, TraceParent trace, long offset) {}

  private final UngroupedConsumer consumer;
  private final TopicPartition partition;
  private final Clock clock;
  private final Map<EventId, Given> open = new LinkedHashMap<>();
  private final Set<EventId> answered = new HashSet<>();
  private Optional<GrantedRemoval> unfinished = Optional.empty();
  private Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
  private Instant committedAt = Instant.EPOCH;

  private ApprovalReader(UngroupedConsumer consumer, TopicPartition partition, Clock clock) {
    this.consumer = consumer;
    this.partition = partition;
    this.clock = clock;
  }

  /**
   * Opens the reader at the committed position and reads to the end. Must follow the fencing of the
   * previous leader, whose last answer is otherwise missed.
   */
  static ApprovalReader open(KafkaConnection connection, Clock clock) {
    Map<String, Object> properties = new HashMap<>(connection.consumer("fleet-approvals"));
    properties.put(
        ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix() + "-dispatcher-approvals");
    UngroupedConsumer consumer = new UngroupedConsumer(properties);
    try {
      TopicPartition partition = partition(consumer, connection.topics().changes());
      Optional<Long> next =
          Optional.ofNullable(consumer.committed(Set.of(partition)).get(partition))
              .map(OffsetAndMetadata::offset);
      consumer.assign(List.of(partition), _ -> next);
      ApprovalReader reader = new ApprovalReader(consumer, partition, clock);
      consumer.readTo(WrittenEnds.of(connection, List.of(partition)), reader::replay);
      if (next.isEmpty()) {
        reader.unfinished = Optional.empty(); // it is unknown whether the last one was finished
      }
      return reader;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private static TopicPartition partition(UngroupedConsumer consumer, String changes) {
    int partitions = TopicPartitions.of(consumer, changes).size();
    byte[] key = FleetApprovalEvent.KEY.key().getBytes(UTF_8);
    return new TopicPartition(changes, BuiltInPartitioner.partitionForKey(key, partitions));
  }

  /** Reads the available records and returns the approvals without an answer, in their order. */
  List<Given> read() {
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    for (int polls = 0; !records.isEmpty(); polls++) {
      records.forEach(this::replay);
      records = polls + 1 < MOST_POLLS ? consumer.poll(POLL) : ConsumerRecords.empty();
    }
    return List.copyOf(open.values());
  }

  /**
   * Returns the approved removal of which a part waited when the position was committed; empty if
   * there was none.
   */
  Optional<GrantedRemoval> unfinished() {
    return unfinished;
  }

  private void replay(ConsumerRecord<String, byte[]> record) {
    if (!(EventCodec.decode(record) instanceof Decoded.Known(Envelope<?> envelope))) {
      return; // the partition's loop opens a dead letter for it
    }
    switch (envelope.event()) {
      case FleetApprovalEvent.Given given when !answered.contains(envelope.id()) ->
          open.putIfAbsent(
              envelope.id(),
              new Given(
                  new FleetApproval(envelope.id(), given.by(), given.reason()),
                  given.digest(),
                  envelope.trace(),
                  record.offset()));
      case FleetApprovalEvent.Answered answer -> {
        Given given = open.get(answer.given());
        answered(answer.given());
        if (given != null) {
          // the position is kept before an approval until all of it is done
          unfinished = GrantedRemoval.of(answer, given.offset()).or(() -> unfinished);
        }
      }
      default -> {}
    }
  }

  /** Records that an approval has its answer. */
  void answered(EventId given) {
    open.remove(given);
    answered.add(given);
  }

  /**
   * Returns the position from which a restart has to read.
   *
   * @param granted an approved removal of which a part still waits
   */
  Map<TopicPartition, OffsetAndMetadata> position(Optional<GrantedRemoval> granted) {
    long next =
        LongStream.concat(
                LongStream.of(consumer.position(partition)),
                LongStream.concat(
                    open.values().stream().mapToLong(Given::offset),
                    granted.stream().mapToLong(GrantedRemoval::offset)))
            .min()
            .orElseThrow();
    return Map.of(partition, new OffsetAndMetadata(next));
  }

  ConsumerGroupMetadata group() {
    return consumer.groupMetadata();
  }

  /**
   * Commits the position if it has moved, at most once a minute since most records of the partition
   * are no approvals, and once an hour if it has not.
   */
  void commit(Optional<GrantedRemoval> granted) {
    Instant now = clock.instant();
    Map<TopicPartition, OffsetAndMetadata> position = position(granted);
    Duration pause = position.equals(committed) ? REFRESHED : BETWEEN_COMMITS;
    if (now.isAfter(committedAt.plus(pause))) {
      consumer.commitSync(position);
      committed = position;
      committedAt = now;
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
