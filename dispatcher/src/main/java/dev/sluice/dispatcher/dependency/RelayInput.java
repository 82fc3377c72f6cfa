package dev.sluice.dispatcher.dependency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dispatcher.decide.DependencyKey;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;

/**
 * Consumer of {@code state}, and of those partitions of {@code results} that have an application
 * that others depend on. A partition of results is read from the time on at which the oldest of
 * their newest generations was sent: no position has to be kept.
 */
final class RelayInput implements AutoCloseable {

  /** How far the clocks of dispatchers and brokers may differ. */
  private static final Duration CLOCKS = Duration.ofMinutes(10);

  private final KafkaConnection connection;
  private final UngroupedConsumer consumer;
  private final Clock clock;
  private final List<TopicPartition> state;
  private final List<TopicPartition> results;

  /** The time from which the results of a dependency are read. */
  private final Map<DependencyKey, Instant> readFrom = new HashMap<>();

  /** The partitions of results that are read, until the end. */
  private final Set<TopicPartition> read = new HashSet<>();

  /** Ends of the partitions that are read again: what is before says nothing about the present. */
  private final Map<TopicPartition, Long> past = new HashMap<>();

  RelayInput(KafkaConnection connection, Clock clock) {
    this.connection = connection;
    this.consumer = new UngroupedConsumer(connection.consumer("dependency-relay"));
    this.clock = clock;
    try {
      this.state = TopicPartitions.of(consumer, connection.topics().state());
      this.results = TopicPartitions.of(consumer, connection.topics().results());
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Reads the partitions' states to their ends, from where {@link #poll} continues. With a consumer
   * of its own: otherwise results were read only after the broker has answered the last fetch of
   * states, which it holds for seconds.
   */
  void readStates(Consumer<ConsumerRecord<String, byte[]>> handler) {
    try (UngroupedConsumer reader =
        new UngroupedConsumer(connection.reader("dependency-relay-state"))) {
      reader.assign(state, _ -> Optional.empty());
      reader.readToEnd(handler);
      consumer.assign(state, partition -> Optional.of(reader.position(partition)));
    }
  }

  /** Waits for records. */
  ConsumerRecords<String, byte[]> poll(Duration wait) {
    return consumer.poll(wait);
  }

  /** Ends the current wait, or the next one. */
  void wakeup() {
    consumer.wakeup();
  }

  /**
   * Reads the results of these dependencies as well, from the time on at which their newest
   * generations were sent. A partition that is read already is read again from there, since the
   * results of dependencies that are not watched are not kept.
   *
   * @param sentAt empty for a dependency that was never sent
   */
  void watch(Map<DependencyKey, Optional<Instant>> sentAt) {
    Map<TopicPartition, Instant> earlier = new HashMap<>();
    sentAt.forEach(
        (key, sent) -> {
          Instant from = sent.orElseGet(clock::instant).minus(CLOCKS);
          Instant known = readFrom.get(key);
          if (known == null || from.isBefore(known)) {
            readFrom.put(key, from);
            earlier.merge(partition(key), from, (one, other) -> one.isBefore(other) ? one : other);
          }
        });
    if (!earlier.isEmpty()) {
      readAgain(earlier);
    }
  }

  /** Ends the watch of a dependency: a further one reads its results again. */
  void unwatch(DependencyKey key) {
    readFrom.remove(key);
  }

  /** Returns whether all records of the dependency up to the present were read. */
  boolean isCurrent(DependencyKey key) {
    return readFrom.containsKey(key) && !past.containsKey(partition(key));
  }

  /** Returns the partitions that have been read up to the present since the last call. */
  Set<TopicPartition> caughtUp() {
    Set<TopicPartition> done =
        past.keySet().stream()
            .filter(partition -> consumer.position(partition) >= past.get(partition))
            .collect(Collectors.toSet());
    past.keySet().removeAll(done);
    return done;
  }

  /** Returns the partition of results that has a dependency. */
  TopicPartition partition(DependencyKey key) {
    String name = key.cluster() + "/" + key.application();
    return results.get(BuiltInPartitioner.partitionForKey(name.getBytes(UTF_8), results.size()));
  }

  private void readAgain(Map<TopicPartition, Instant> from) {
    Set<TopicPartition> known = Set.copyOf(read);
    read.addAll(from.keySet());
    consumer.assign(Stream.concat(state.stream(), read.stream()).toList());
    Map<TopicPartition, Long> times =
        from.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> offsets = consumer.offsetsForTimes(times);
    Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet());
    for (TopicPartition partition : from.keySet()) {
      OffsetAndTimestamp offset = offsets.get(partition);
      // without a record after that time, clocks differ or retention has deleted it
      if (offset == null) {
        consumer.seekToBeginning(List.of(partition));
      } else if (!known.contains(partition) || offset.offset() < consumer.position(partition)) {
        consumer.seek(partition, offset.offset());
      }
      past.put(partition, ends.get(partition));
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
