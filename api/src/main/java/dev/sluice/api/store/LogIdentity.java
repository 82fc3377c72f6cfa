package dev.sluice.api.store;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Identity of the topics that a read model is built from: the cluster's id and the topics' ids,
 * which change when a topic is created again.
 *
 * @param partitions all partitions of all the topics
 * @param ends the end of each partition at the time of reading
 */
public record LogIdentity(
    String value, List<TopicPartition> partitions, Map<TopicPartition, Long> ends) {

  private static final Duration ASK_AGAIN = Duration.ofMillis(200);

  /** Thrown when Kafka does not answer or the topics do not exist. */
  static final class TopicsMissingException extends IllegalStateException
      implements SupervisedLoop.OutsideCause {
    private static final long serialVersionUID = 1L;

    TopicsMissingException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Returns the names of the topics. */
  public Set<String> topics() {
    return partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
  }

  /**
   * Reads the identity from Kafka; waits for topics that do not exist yet.
   *
   * @throws IllegalStateException if Kafka does not answer, or the topics are not created in time
   */
  public static LogIdentity of(KafkaConnection connection, Duration patience) {
    List<String> names =
        List.of(
            connection.topics().state(),
            connection.topics().changes(),
            connection.topics().results(),
            connection.topics().deadLetters());
    long deadline = System.nanoTime() + patience.toNanos();
    try (Admin admin = Admin.create(connection.admin())) {
      while (true) {
        try {
          return of(admin, names);
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
              || System.nanoTime() - deadline > 0) {
            throw new TopicsMissingException(
                "cannot read the topics %s: %s; a dispatcher creates them when it first runs"
                    .formatted(names, e.getCause().getMessage()),
                e);
          }
        }
        Thread.sleep(ASK_AGAIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the topics", e);
    }
  }

  private static LogIdentity of(Admin admin, List<String> names)
      throws ExecutionException, InterruptedException {
    StringBuilder value = new StringBuilder(admin.describeCluster().clusterId().get());
    Map<String, TopicDescription> topics =
        new TreeMap<>(admin.describeTopics(names).allTopicNames().get());
    topics.forEach(
        (name, topic) -> value.append(' ').append(name).append('=').append(topic.topicId()));
    List<TopicPartition> partitions =
        names.stream()
            .flatMap(
                name ->
                    topics.get(name).partitions().stream()
                        .map(info -> new TopicPartition(name, info.partition())))
            .toList();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(latest)
        .all()
        .get()
        .forEach((partition, found) -> ends.put(partition, found.offset()));
    return new LogIdentity(value.toString(), partitions, Map.copyOf(ends));
  }
}
