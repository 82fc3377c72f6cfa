package dev.sluice.platform.kafka;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that topics were deleted, or deleted and recreated, while they are read. A consumer does
 * not detect this: it continues at some offset of the new topic, as if that continued the old one.
 *
 * <p>It compares the topics' ids, which differ between topics of the same name. The ids are
 * requested periodically, without waiting for the response. Not thread-safe.
 */
public final class TopicWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TopicWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);

  /** The period while a topic is missing. */
  private static final Duration MISSING_PERIOD = Duration.ofSeconds(1);

  /** A time without a response after which the broker counts as unreachable. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  /** A broker that has just started may not know all topics yet. */
  private static final int GONE_AFTER = 3;

  /** A time after which a request fails; also that of {@link #begin}. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(15);

  /**
   * A client is broken if it has not even reported a timeout when this many further requests were
   * due. Requests count, and not the time, in which this process may have stood still.
   */
  private static final int STUCK_AFTER = 6;

  private final Supplier<Admin> clients;
  private final Clock clock;
  private final Map<String, Uuid> ids;
  private Admin admin;
  private Instant requestedAt;
  private Instant answeredAt;
  private int missing;
  private int waiting;
  private @Nullable KafkaFuture<Map<String, TopicDescription>> response;

  private TopicWatch(Supplier<Admin> clients, Admin admin, Clock clock, Map<String, Uuid> ids) {
    this.clients = clients;
    this.admin = admin;
    this.clock = clock;
    this.ids = ids;
    this.requestedAt = clock.instant();
    this.answeredAt = requestedAt;
  }

  /** A topic was deleted or recreated while it was read. */
  public static final class TopicChangedException extends KafkaException {
    private static final long serialVersionUID = 1L;

    TopicChangedException(String message) {
      super(message);
    }
  }

  /**
   * Starts watching the topics; to be called before they are read.
   *
   * @throws KafkaException if one of them does not exist, or Kafka does not respond
   */
  public static TopicWatch begin(
      KafkaConnection connection, Collection<String> topics, Clock clock) {
    Map<String, Object> properties = connection.admin();
    properties.put(
        CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis());
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis());
    return begin(() -> Admin.create(properties), topics, clock);
  }

  static TopicWatch begin(Supplier<Admin> clients, Collection<String> topics, Clock clock) {
    Admin admin = clients.get();
    try {
      return new TopicWatch(
          clients, admin, clock, ids(admin.describeTopics(topics).allTopicNames().get()));
    } catch (ExecutionException e) {
      admin.close(Duration.ZERO);
      throw new KafkaException("cannot describe the topics " + topics, e.getCause());
    } catch (InterruptedException e) {
      admin.close(Duration.ZERO);
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while looking at the topics " + topics, e);
    }
  }

  /**
   * Returns the id that a topic had when the watch began; a topic that is recreated has another.
   *
   * @throws IllegalArgumentException if the topic is not watched
   */
  public String id(String topic) {
    Uuid id = ids.get(topic);
    if (id == null) {
      throw new IllegalArgumentException(topic + " is not watched");
    }
    return id.toString();
  }

  /**
   * Requests the ids if it is time. Does not block.
   *
   * @throws TopicChangedException if the last response shows that a topic was deleted or recreated:
   *     everything read from it is invalid
   */
  public void check() {
    if (response != null && response.isDone()) {
      compare(response);
      response = null;
    }
    Duration period = missing == 0 || response != null ? PERIOD : MISSING_PERIOD;
    if (!clock.instant().isAfter(requestedAt.plus(period))) {
      return;
    }
    requestedAt = clock.instant();
    if (response != null && ++waiting < STUCK_AFTER) {
      return;
    }
    if (response != null) {
      replaceClient();
    }
    waiting = 0;
    response = admin.describeTopics(ids.keySet()).allTopicNames();
  }

  /** Replaces a client whose thread is dead or stuck; to close it may block as long as that. */
  private void replaceClient() {
    log.atError().log("the client that checks the topics does not answer; replacing it");
    try {
      Admin old = admin;
      admin = clients.get();
      Thread.ofVirtual().name("close-stuck-client").start(() -> old.close(Duration.ZERO));
    } catch (KafkaException e) {
      log.atError().setCause(e).log("no other client can be created");
    }
  }

  /**
   * Returns why the broker counts as unreachable; empty if it has answered lately. A consumer does
   * not report this: it returns no records, as at the end of a topic.
   */
  public Optional<String> silence() {
    return Duration.between(answeredAt, clock.instant()).compareTo(SILENCE) < 0
        ? Optional.empty()
        : Optional.of(
            "the broker has not answered since %s: check the broker and the network to it"
                .formatted(answeredAt.truncatedTo(ChronoUnit.SECONDS)));
  }

  private void compare(KafkaFuture<Map<String, TopicDescription>> completed) {
    try {
      Map<String, Uuid> now = ids(completed.get());
      missing = 0;
      answeredAt = clock.instant();
      Set<String> changed = new TreeSet<>(ids.keySet());
      changed.removeIf(topic -> ids.get(topic).equals(now.get(topic)));
      if (!changed.isEmpty()) {
        throw new TopicChangedException(
            "the topics %s were deleted and created again: everything read from them is discarded, and they are read again from the beginning"
                .formatted(changed));
      }
    } catch (ExecutionException e) {
      // the readers of the topics see all other failures themselves
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        missing++;
        answeredAt = clock.instant();
      } else {
        missing = 0;
      }
      if (missing >= GONE_AFTER) {
        throw new TopicChangedException("one of the topics %s was deleted".formatted(ids.keySet()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, Uuid> ids(Map<String, TopicDescription> topics) {
    Map<String, Uuid> ids = new TreeMap<>();
    topics.forEach((name, topic) -> ids.put(name, topic.topicId()));
    return ids;
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
