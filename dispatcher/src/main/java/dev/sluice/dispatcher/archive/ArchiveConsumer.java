package dev.sluice.dispatcher.archive;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.LargeRecords;
import dev.sluice.platform.kafka.TopicWatch;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Member of the group that shares the clusters' topics, the new ones included. A committed offset
 * has the topic's id with it: a topic that was recreated is read from its beginning.
 */
final class ArchiveConsumer implements AutoCloseable {

  /** A new cluster's topic is found within this time; it keeps its records much longer. */
  private static final Duration DISCOVERY = Duration.ofSeconds(30);

  private static final Duration CLOSE = Duration.ofSeconds(1);

  /** Each may be as large as {@link LargeRecords#MAX_BYTES} when it is not compressed. */
  private static final int RECORDS = 4;

  private static final int FETCH_BYTES = 8 * 1024 * 1024;

  private final KafkaConnection connection;
  private final Clock clock;
  private final Pattern topics;
  private final Consumer<Set<TopicPartition>> assigned;
  private final KafkaConsumer<String, byte[]> consumer;
  private final Map<TopicPartition, Long> done = new HashMap<>();
  private Optional<TopicWatch> watch = Optional.empty();

  /**
   * Creates a consumer that is not member of the group yet.
   *
   * @param settings further properties of the consumer
   * @param assigned called with all partitions of this member whenever they change
   */
  ArchiveConsumer(
      KafkaConnection connection,
      Map<String, Object> settings,
      Clock clock,
      Consumer<Set<TopicPartition>> assigned) {
    this.connection = connection;
    this.clock = clock;
    this.topics = connection.topics().syncs();
    this.assigned = assigned;
    this.consumer = new KafkaConsumer<>(properties(connection, settings));
  }

  private static Map<String, Object> properties(
      KafkaConnection connection, Map<String, Object> settings) {
    Map<String, Object> properties = new HashMap<>(connection.consumer("archive"));
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix() + "-archive");
    // topics have one partition each, which other assignors give to the same member
    properties.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, (int) DISCOVERY.toMillis());
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS);
    properties.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 5_000);
    // the thread of the heartbeats wakes after this time
    properties.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 1_000);
    properties.putAll(settings);
    return properties;
  }

  /** Joins the group. */
  void join() {
    consumer.subscribe(topics, new Rebalance());
  }

  /** Ends the current wait for records; may be called by any thread. */
  void wakeup() {
    consumer.wakeup();
  }

  /** Returns the next records, after at most this time. */
  ConsumerRecords<String, byte[]> poll(Duration longest) {
    watch.ifPresent(TopicWatch::check);
    try {
      return consumer.poll(longest);
    } catch (WakeupException e) {
      return ConsumerRecords.empty(); // the loop is closing
    }
  }

  /** Returns why the broker counts as unreachable; empty if it has answered lately. */
  Optional<String> silence() {
    return watch.flatMap(TopicWatch::silence);
  }

  /** Returns the cluster whose topic the partition belongs to. */
  ClusterName cluster(TopicPartition partition) {
    Matcher matcher = topics.matcher(partition.topic());
    if (!matcher.matches()) {
      throw new IllegalStateException(partition.topic() + " is no cluster's topic");
    }
    return new ClusterName(matcher.group(1));
  }

  /** Records that the archive has all of a partition before an offset. */
  void done(TopicPartition partition, long offset) {
    done.put(partition, offset);
  }

  /** Has records of a partition returned again, from this offset on. */
  void giveBack(TopicPartition partition, long offset) {
    consumer.seek(partition, offset);
  }

  /** Pauses partitions, of those that are assigned. */
  void pause(Collection<TopicPartition> partitions) {
    consumer.pause(ownOf(partitions));
  }

  /** Resumes partitions, of those that are assigned. */
  void resume(Collection<TopicPartition> partitions) {
    consumer.resume(ownOf(partitions));
  }

  private Set<TopicPartition> ownOf(Collection<TopicPartition> partitions) {
    return partitions.stream().filter(consumer.assignment()::contains).collect(Collectors.toSet());
  }

  /** Commits the offsets before which everything is archived. */
  void commit() {
    if (done.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    done.forEach(
        (partition, offset) ->
            offsets.put(partition, new OffsetAndMetadata(offset, id(partition.topic()))));
    try {
      consumer.commitSync(offsets);
      done.clear();
    } catch (RebalanceInProgressException e) {
      // the next poll completes the rebalance, and they are committed after it
    } catch (WakeupException e) {
      consumer.commitSync(offsets);
      done.clear();
    }
  }

  private String id(String topic) {
    return watch
        .map(current -> current.id(topic))
        .orElseThrow(() -> new IllegalStateException(topic + " is not assigned"));
  }

  /** Returns the records by cluster that were not returned yet, as far as the broker told. */
  Map<ClusterName, Long> lag() {
    Map<ClusterName, Long> lag = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      consumer
          .currentLag(partition)
          .ifPresent(records -> lag.merge(cluster(partition), records, Long::sum));
    }
    return lag;
  }

  @Override
  public void close() {
    watch.ifPresent(TopicWatch::close);
    consumer.close(
        CloseOptions.timeout(CLOSE)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
  }

  private final class Rebalance implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      watchAssigned();
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
      List<TopicPartition> recreated =
          partitions.stream()
              .filter(partition -> committed.get(partition) != null)
              .filter(
                  partition ->
                      isOfAnotherTopic(committed.get(partition).metadata(), partition.topic()))
              .toList();
      if (!recreated.isEmpty()) {
        consumer.seekToBeginning(recreated);
      }
      assigned.accept(consumer.assignment());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      done.keySet().removeAll(partitions);
    }

    /** Returns whether an offset was committed for a former topic; not if an operator set it. */
    private boolean isOfAnotherTopic(String metadata, String topic) {
      return !metadata.isEmpty() && !metadata.equals(id(topic));
    }

    private void watchAssigned() {
      watch.ifPresent(TopicWatch::close);
      watch = Optional.empty();
      Set<String> names =
          consumer.assignment().stream().map(TopicPartition::topic).collect(Collectors.toSet());
      if (!names.isEmpty()) {
        watch = Optional.of(TopicWatch.begin(connection, names, clock));
      }
    }
  }
}
