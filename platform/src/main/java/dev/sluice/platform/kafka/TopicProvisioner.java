package dev.sluice.platform.kafka;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.TopicRequirements.Use;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates the topics with the required settings, and refuses existing topics that do not meet the
 * {@link TopicRequirements}.
 */
public final class TopicProvisioner {

  private static final String MONTH = Long.toString(30L * 24 * 3600 * 1000);
  private static final String FOR_EVER = "-1";
  private static final String YEAR = Long.toString(365L * 24 * 3600 * 1000);

  /** Compaction leaves the newest segment alone, so a small one keeps the topic small. */
  private static final Map<String, String> SMALL_SEGMENTS =
      Map.of(
          TopicConfig.SEGMENT_BYTES_CONFIG,
          Integer.toString(1024 * 1024),
          TopicConfig.SEGMENT_MS_CONFIG,
          Long.toString(Duration.ofHours(1).toMillis()));

  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(15);
  private static final Duration RETRY_DELAY = Duration.ofMillis(10);

  private final Admin admin;
  private final Topics topics;
  private final Replication replication;
  private final TopicInspection inspection;

  public TopicProvisioner(Admin admin, Topics topics) {
    this(admin, topics, Replication.AUTOMATIC);
  }

  public TopicProvisioner(Admin admin, Topics topics, Replication replication) {
    this.admin = admin;
    this.topics = topics;
    this.replication = replication;
    this.inspection = new TopicInspection(admin, topics, replication);
  }

  /**
   * Creates those of {@code changes}, {@code state}, {@code results}, {@code dead-letters}, {@code
   * heartbeats} and {@code checkpoints} that are missing; returns when the broker knows of all of
   * them.
   *
   * @param partitions number of partitions of {@code changes} and {@code state}; fixed at creation,
   *     because it determines which partition owns an application
   * @throws IllegalStateException if existing topics have another number of partitions or
   *     unsuitable settings
   */
  public void provision(int partitions) {
    int copies = replication.factor(inspection.brokers());
    create(
        List.of(
            topic(
                topics.changes(),
                partitions,
                copies,
                delete(YEAR, Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"))),
            topic(topics.state(), partitions, copies, compact(Map.of())),
            topic(topics.results(), partitions, copies, delete(YEAR, Map.of())),
            topic(topics.deadLetters(), 1, copies, delete(YEAR, Map.of())),
            topic(topics.heartbeats(), 1, copies, compact(SMALL_SEGMENTS)),
            topic(topics.checkpoints(), 1, copies, delete(FOR_EVER, Map.of()))));
    Map<String, TopicDescription> found =
        describe(
            List.of(
                topics.changes(),
                topics.state(),
                topics.results(),
                topics.deadLetters(),
                topics.heartbeats(),
                topics.checkpoints()));
    for (String topic : List.of(topics.changes(), topics.state())) {
      int existing = found.get(topic).partitions().size();
      if (existing != partitions) {
        throw new IllegalStateException(
            "topic %s has %d partitions, but this installation is set to %d homes: the number is fixed when the topics are created; set homes=%d"
                .formatted(topic, existing, partitions, existing));
      }
    }
    inspection.require(
        found,
        Map.of(
            topics.changes(),
            Use.CHANGES,
            topics.state(),
            Use.STATE,
            topics.results(),
            Use.REPORTS,
            topics.deadLetters(),
            Use.REPORTS,
            topics.heartbeats(),
            Use.HEARTBEATS,
            topics.checkpoints(),
            Use.REPORTS));
  }

  /** Creates the topic of CDEvents if it is missing; returns when the broker knows of it. */
  public void provisionCdEvents() {
    int copies = replication.factor(inspection.brokers());
    create(List.of(topic(topics.cdEvents(), 1, copies, delete(YEAR, Map.of()))));
    describe(List.of(topics.cdEvents()));
  }

  /** Creates a cluster's topic if it is missing; returns when the broker knows of it. */
  public void provision(ClusterName cluster) {
    provision(Set.of(cluster));
  }

  /**
   * Creates the missing topics of several clusters with one request; returns when the broker knows
   * of them.
   */
  public void provision(Set<ClusterName> clusters) {
    if (clusters.isEmpty()) {
      return;
    }
    Map<String, String> settings =
        compact(
            Map.of(
                TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
                MONTH,
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                TopicRequirements.COMPRESSED));
    List<String> names = clusters.stream().map(topics::sync).toList();
    int copies = replication.factor(inspection.brokers());
    create(names.stream().map(name -> topic(name, 1, copies, settings)).toList());
    inspection.require(
        describe(names), names.stream().collect(Collectors.toMap(name -> name, _ -> Use.SYNC)));
  }

  /** Returns those of the clusters that have no topic. */
  public Set<ClusterName> missing(Set<ClusterName> clusters) {
    Set<String> names = names();
    return clusters.stream()
        .filter(cluster -> !names.contains(topics.sync(cluster)))
        .collect(Collectors.toSet());
  }

  /** Returns whether a cluster has a topic. */
  public boolean exists(ClusterName cluster) {
    return names().contains(topics.sync(cluster));
  }

  private Set<String> names() {
    try {
      return admin.listTopics().names().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot list topics: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while listing topics", e);
    }
  }

  /**
   * Returns the topics' descriptions; waits for topics that the controller has created but the
   * broker does not know of yet.
   */
  private Map<String, TopicDescription> describe(List<String> names) {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    try {
      while (true) {
        try {
          return admin.describeTopics(names).allTopicNames().get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
              || System.nanoTime() - deadline > 0) {
            throw new IllegalStateException(
                "cannot describe topics %s: %s".formatted(names, e.getCause().getMessage()), e);
          }
          Thread.sleep(RETRY_DELAY);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while describing topics", e);
    }
  }

  private void create(List<NewTopic> wanted) {
    Map<TopicPartition, OffsetSpec> created = new HashMap<>();
    admin
        .createTopics(wanted)
        .values()
        .forEach(
            (name, creation) -> {
              if (isNew(name, creation)) {
                int partitions = describe(List.of(name)).get(name).partitions().size();
                for (int partition = 0; partition < partitions; partition++) {
                  created.put(new TopicPartition(name, partition), OffsetSpec.latest());
                }
              }
            });
    awaitLeaders(created);
  }

  /** Returns whether the topic was created by this request, so did not exist before. */
  private static boolean isNew(String name, KafkaFuture<Void> creation) {
    try {
      creation.get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw new IllegalStateException(
          "cannot create topic %s: %s".formatted(name, e.getCause().getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating topic " + name, e);
    }
  }

  /**
   * Waits until the partitions have leaders, by a request that only leaders answer. Without a
   * leader, the first batch of an idempotent producer could be refused and a later one accepted;
   * the first would then be out of sequence for ever.
   */
  private void awaitLeaders(Map<TopicPartition, OffsetSpec> partitions) {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    try {
      while (!haveLeaders(partitions, deadline)) {
        Thread.sleep(RETRY_DELAY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for leaders of topics", e);
    }
  }

  /** Returns whether all have leaders; a broker learns of a topic after the controller answered. */
  private boolean haveLeaders(Map<TopicPartition, OffsetSpec> partitions, long deadline)
      throws InterruptedException {
    try {
      admin.listOffsets(partitions).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          && System.nanoTime() < deadline) {
        return false;
      }
      throw new IllegalStateException(
          "no leader for the new topics %s: %s"
              .formatted(partitions.keySet(), e.getCause().getMessage()),
          e);
    }
  }

  private NewTopic topic(String name, int partitions, int copies, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(
        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(replication.minInsync(copies)));
    return new NewTopic(name, Optional.of(partitions), Optional.of((short) copies)).configs(all);
  }

  private static Map<String, String> delete(String retentionMs, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    settings.put(TopicConfig.RETENTION_MS_CONFIG, retentionMs);
    settings.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(KafkaConnection.MAX_RECORD_BYTES));
    return settings;
  }

  private static Map<String, String> compact(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    settings.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(KafkaConnection.MAX_RECORD_BYTES));
    return settings;
  }
}
