package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;

/**
 * Reader of the changes of the fleet's repository that webhooks and polls reported, from whatever
 * endpoint. It begins at the end of {@code changes}: the repository is fetched at the start anyway.
 */
final class FleetPushes implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MOST_POLLS = 100;

  /**
   * Change of a ref, or of the default branch.
   *
   * @param ref empty if another branch became the default one
   * @param after the commit that the forge reported
   */
  record Push(Optional<GitRef> ref, Optional<CommitId> after) {}

  private final UngroupedConsumer consumer;
  private final RepositoryId repository;

  private FleetPushes(UngroupedConsumer consumer, RepositoryId repository) {
    this.consumer = consumer;
    this.repository = repository;
  }

  static FleetPushes open(KafkaConnection connection, RepositoryId repository) {
    UngroupedConsumer consumer = new UngroupedConsumer(connection.consumer("fleet-pushes"));
    try {
      String changes = connection.topics().changes();
      int partitions = TopicPartitions.of(consumer, changes).size();
      byte[] key = repository.key().getBytes(UTF_8);
      TopicPartition partition =
          new TopicPartition(changes, BuiltInPartitioner.partitionForKey(key, partitions));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      consumer.assign(List.of(partition), _ -> Optional.of(end));
      return new FleetPushes(consumer, repository);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** Reads the available records and returns the changes of the repository. */
  List<Push> read() {
    List<Push> pushes = new ArrayList<>();
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    for (int polls = 0; !records.isEmpty(); polls++) {
      records.forEach(record -> push(record).ifPresent(pushes::add));
      records = polls + 1 < MOST_POLLS ? consumer.poll(POLL) : ConsumerRecords.empty();
    }
    return pushes;
  }

  private Optional<Push> push(ConsumerRecord<String, byte[]> record) {
    if (!repository.key().equals(record.key())
        || !(EventCodec.decode(record) instanceof Decoded.Known known)) {
      return Optional.empty(); // the partition's loop opens a dead letter for a damaged one
    }
    return switch (known.envelope().event()) {
      case ChangeEvent.RefChanged changed ->
          Optional.of(new Push(Optional.of(changed.ref()), changed.after()));
      case ChangeEvent.DefaultBranchChanged _ ->
          Optional.of(new Push(Optional.empty(), Optional.empty()));
      default -> Optional.empty();
    };
  }

  @Override
  public void close() {
    consumer.close();
  }
}
