package dev.sluice.receiver.publish;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFailures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the broker now and then whether the topic {@code changes} can be written: the answer is the
 * readiness. No answer is one, too.
 */
public final class BrokerWatch {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final int REQUEST_TIMEOUT_MS = 3_000;

  /** A client that has not even said by now that the broker does not answer is of no use. */
  private static final Duration STUCK = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final Map<String, Object> properties;
  private final String topic;
  private final long timer;
  private final AtomicInteger looks = new AtomicInteger();

  private volatile Optional<String> problem = Optional.of("the broker has not been asked yet");
  private volatile Admin admin;
  private volatile long answeredAt = System.nanoTime();
  private volatile boolean looking;

  public BrokerWatch(Vertx vertx, KafkaConnection connection) {
    this.properties = connection.admin();
    properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "sluice-receiver-watch");
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
    this.vertx = vertx;
    this.admin = Admin.create(properties);
    this.topic = connection.topics().changes();
    this.timer = vertx.setPeriodic(0, PERIOD.toMillis(), _ -> look());
  }

  /** Why nothing can be written now; empty if it can. */
  public Optional<String> problem() {
    Duration silent = Duration.ofNanos(System.nanoTime() - answeredAt);
    return silent.compareTo(STUCK) > 0
        ? Optional.of("the broker has not been heard of for %d s".formatted(silent.toSeconds()))
        : problem;
  }

  /** Stops asking. */
  public Future<Void> close() {
    vertx.cancelTimer(timer);
    return vertx.executeBlocking(
        () -> {
          admin.close(Duration.ZERO);
          return null;
        });
  }

  private void look() {
    if (looking) {
      if (Duration.ofNanos(System.nanoTime() - answeredAt).compareTo(STUCK) > 0) {
        replaceClient();
      }
      return;
    }
    looking = true;
    int number = looks.incrementAndGet();
    try {
      var _ =
          admin
              .describeTopics(
                  List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
              .allTopicNames()
              .whenComplete(
                  (found, failure) -> {
                    if (number == looks.get()) {
                      answered(
                          failure == null
                              ? obstacle(found.get(topic))
                              : Optional.of(reason(failure)));
                    }
                  });
    } catch (RuntimeException e) {
      answered(Optional.of(reason(e)));
    }
  }

  private void answered(Optional<String> now) {
    answeredAt = System.nanoTime();
    tell(now);
    looking = false;
  }

  /** Its thread is dead or stuck: no answer will come. */
  private void replaceClient() {
    LOG.atError().log("the client that asks the broker does not answer, and is replaced");
    Admin old = admin;
    looks.incrementAndGet();
    admin = Admin.create(properties);
    looking = false;
    var _ =
        vertx.executeBlocking(
            () -> {
              old.close(Duration.ZERO);
              return null;
            });
  }

  private Optional<String> obstacle(TopicDescription found) {
    Set<AclOperation> allowed = found.authorizedOperations();
    if (allowed != null && !allowed.contains(AclOperation.WRITE)) {
      return Optional.of(
          "this user may not write to the topic %s: grant it WRITE".formatted(topic));
    }
    long leaderless = found.partitions().stream().filter(BrokerWatch::isLeaderless).count();
    return leaderless == 0
        ? Optional.empty()
        : Optional.of("%d partitions of the topic %s have no leader".formatted(leaderless, topic));
  }

  private static boolean isLeaderless(TopicPartitionInfo partition) {
    return partition.leader() == null || partition.leader().isEmpty();
  }

  private void tell(Optional<String> now) {
    if (!now.equals(problem)) {
      now.ifPresentOrElse(
          reason -> LOG.atWarn().addKeyValue("reason", reason).log("not ready"),
          () -> LOG.atInfo().log("ready: the broker answers"));
      problem = now;
    }
  }

  private String reason(Throwable thrown) {
    Throwable failure = thrown instanceof CompletionException e ? e.getCause() : thrown;
    if (failure instanceof AuthorizationException) {
      return "Kafka refuses access to the topic %s: grant this user DESCRIBE and WRITE on it"
          .formatted(topic);
    }
    if (failure instanceof AuthenticationException) {
      return KafkaFailures.describe(failure);
    }
    return failure instanceof UnknownTopicOrPartitionException
        ? "topic %s does not exist; the dispatcher creates it".formatted(topic)
        : "the broker does not answer (%s)".formatted(failure.getClass().getSimpleName());
  }
}
