package dev.sluice.standalone.proof;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.security.PublicKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Reads all topics and checks that they are as they were written. */
public final class LogProof {

  private final KafkaConnection connection;
  private final Map<String, PublicKey> keys;
  private final Clock clock;

  /**
   * Creates the check.
   *
   * @param keys public keys of checkpoints, by name
   */
  public LogProof(KafkaConnection connection, Map<String, PublicKey> keys, Clock clock) {
    this.connection = connection;
    this.keys = Map.copyOf(keys);
    this.clock = clock;
  }

  /** Reads each partition to its end, and returns what was found. */
  public ProofReport check() {
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(connection.targetReader("sluice-verify-log"))) {
      Map<String, List<Checkpoint>> checkpoints = checkpoints(consumer);
      boolean complete = isComplete(consumer);
      ProofReport report = new ProofReport(!keys.isEmpty(), clock.instant());
      List<TopicPartition> partitions = partitions(consumer);
      Map<String, Kept> kept =
          kept(partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet()));
      for (TopicPartition partition : partitions) {
        String name = name(partition);
        List<Checkpoint> all = Optional.ofNullable(checkpoints.remove(name)).orElse(List.of());
        check(
            consumer,
            partition,
            CheckpointChain.check(name, all, complete, keys),
            kept.get(partition.topic()),
            complete,
            report);
      }
      new TreeMap<>(checkpoints)
          .forEach(
              (name, all) ->
                  report.deleted(name, CheckpointChain.check(name, all, complete, keys)));
      return report;
    }
  }

  private void check(
      UngroupedConsumer consumer,
      TopicPartition partition,
      CheckpointChain checkpoints,
      Kept kept,
      boolean complete,
      ProofReport report) {
    consumer.assign(List.of(partition), _ -> Optional.empty());
    String name = name(partition);
    long start = start(consumer, partition);
    ChainCheck chains = new ChainCheck(name, start == 0, kept.compacted());
    CheckpointCheck ranges = new CheckpointCheck(name, checkpoints.usable(), complete);
    consumer.readToEnd(
        record -> {
          ReadRecord read = ReadRecord.of(record);
          chains.add(read);
          ranges.add(read);
        });
    // again: the broker may have deleted records meanwhile
    report.add(
        name, chains, ranges, checkpoints, ranges.findings(start(consumer, partition), kept));
  }

  private static long start(UngroupedConsumer consumer, TopicPartition partition) {
    return consumer.beginningOffsets(List.of(partition)).get(partition);
  }

  private static String name(TopicPartition partition) {
    return partition.topic() + "/" + partition.partition();
  }

  /** Returns what the broker may remove, by topic. */
  private Map<String, Kept> kept(Set<String> topics) {
    try (Admin admin = Admin.create(connection.admin())) {
      Map<String, Kept> kept = new HashMap<>();
      admin
          .describeConfigs(
              topics.stream()
                  .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                  .toList())
          .all()
          .get()
          .forEach(
              (topic, config) ->
                  kept.put(
                      topic.name(),
                      Kept.of(config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value())));
      return kept;
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the settings of the topics cannot be read: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the settings of topics", e);
    }
  }

  /** Returns the checkpoints by partition; none without their topic. */
  private Map<String, List<Checkpoint>> checkpoints(UngroupedConsumer consumer) {
    Map<String, List<Checkpoint>> checkpoints = new HashMap<>();
    TopicPartition topic = new TopicPartition(connection.topics().checkpoints(), 0);
    if (consumer.listTopics().containsKey(topic.topic())) {
      consumer.assign(List.of(topic), _ -> Optional.empty());
      consumer.readToEnd(
          record -> {
            if (EventCodec.decode(record) instanceof Decoded.Known(Envelope<?> envelope)
                && envelope.event() instanceof Checkpoint checkpoint) {
              checkpoints.computeIfAbsent(checkpoint.key(), _ -> new ArrayList<>()).add(checkpoint);
            }
          });
    }
    return checkpoints;
  }

  private boolean isComplete(UngroupedConsumer consumer) {
    TopicPartition partition = new TopicPartition(connection.topics().checkpoints(), 0);
    return consumer.listTopics().containsKey(partition.topic())
        && consumer.beginningOffsets(List.of(partition)).get(partition) == 0;
  }

  private List<TopicPartition> partitions(UngroupedConsumer consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    consumer
        .listTopics()
        .forEach(
            (topic, infos) -> {
              if (connection.topics().recorded().matcher(topic).matches()) {
                infos.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
              }
            });
    partitions.sort(
        Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
    return partitions;
  }
}
