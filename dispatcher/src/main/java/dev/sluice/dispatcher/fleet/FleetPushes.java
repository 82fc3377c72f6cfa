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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;

/**
 * Reader of the changes of repositories that webhooks and polls reported, from whatever endpoint.
 * It begins at the end of {@code changes}: a repository is fetched anyway when it is followed
 * first.
 */
final class FleetPushes implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MOST_POLLS = 100;

  /**
   * Change of a ref, or of the default branch.
   *
   * @param key of the repository
   * @param ref empty if another branch became the default one
   * @param after the commit that the forge reported
   */
  record Push(String key, Optional<GitRef> ref, Optional<CommitId> after) {}

  private final UngroupedConsumer consumer;
  private final String changes;
  private final int partitions;
  private Set<String> keys = Set.of();

  private FleetPushes(UngroupedConsumer consumer, String changes) {
    this.consumer = consumer;
    this.changes = changes;
    this.partitions = TopicPartitions.of(consumer, changes).size();
  }

  static FleetPushes open(KafkaConnection connection, Set<RepositoryId> repositories) {
    UngroupedConsumer consumer = new UngroupedConsumer(connection.consumer("fleet-pushes"));
    try {
      FleetPushes pushes = new FleetPushes(consumer, connection.topics().changes());
      pushes.follow(repositories);
      return pushes;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** Follows these repositories only; those that are new, from now on. */
  void follow(Set<RepositoryId> repositories) {
    keys = repositories.stream().map(RepositoryId::key).collect(Collectors.toUnmodifiableSet());
    Set<TopicPartition> wanted = keys.stream().map(this::partition).collect(Collectors.toSet());
    Set<TopicPartition> assigned = Set.copyOf(consumer.assignment());
    if (wanted.equals(assigned)) {
      return;
    }
    Map<TopicPartition, Long> starts = new HashMap<>(consumer.endOffsets(wanted));
    assigned.stream()
        .filter(wanted::contains)
        .forEach(partition -> starts.put(partition, consumer.position(partition)));
    consumer.assign(wanted, partition -> Optional.of(starts.get(partition)));
  }

  private TopicPartition partition(String key) {
    return new TopicPartition(
        changes, BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), partitions));
  }

  /** Reads the available records and returns the changes of the repositories. */
  List<Push> read() {
    if (keys.isEmpty()) {
      return List.of();
    }
    List<Push> pushes = new ArrayList<>();
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    for (int polls = 0; !records.isEmpty(); polls++) {
      records.forEach(record -> push(record).ifPresent(pushes::add));
      records = polls + 1 < MOST_POLLS ? consumer.poll(POLL) : ConsumerRecords.empty();
    }
    return pushes;
  }

  private Optional<Push> push(ConsumerRecord<String, byte[]> record) {
    if (!keys.contains(record.key())
        || !(EventCodec.decode(record) instanceof Decoded.Known known)) {
      return Optional.empty(); // the partition's loop opens a dead letter for a damaged one
    }
    return switch (known.envelope().event()) {
      case ChangeEvent.RefChanged changed ->
          Optional.of(new Push(record.key(), Optional.of(changed.ref()), changed.after()));
      case ChangeEvent.DefaultBranchChanged _ ->
          Optional.of(new Push(record.key(), Optional.empty(), Optional.empty()));
      default -> Optional.empty();
    };
  }

  @Override
  public void close() {
    consumer.close();
  }
}
