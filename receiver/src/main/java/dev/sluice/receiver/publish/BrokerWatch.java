package dev.sluice.receiver.publish;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.KafkaFailures;
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
 * Periodic check whether the topic {@code changes} can be written; its result decides readiness. A
 * missing answer counts as a failure.
 */
public final class BrokerWatch {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int REQUEST_TIMEOUT_MS = 3_000;

  /**
   * A client that has not answered when this many further checks were due is considered broken. The
   * checks count, and not the time, in which this process may have stood still.
   */
  private static final int STUCK_CHECKS = 3;

  private static final Duration STUCK = PERIOD.multipliedBy(STUCK_CHECKS);

  private final Vertx vertx;
  private final Map<String, Object> properties;
  private final String topic;
  private final String broker;
  private final AtomicInteger checks = new AtomicInteger();
  private int missed;

  private volatile Optional<String> problem = Optional.of("the broker has not been asked yet");
  private volatile Admin admin;
  private volatile long answeredAt = System.nanoTime();
  private volatile boolean checking;
  private volatile boolean closed;

  public BrokerWatch(Vertx vertx, KafkaConnection connection) {
    this.properties = connection.admin();
    properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "sluice-receiver-watch");
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
    this.vertx = vertx;
    this.admin = Admin.create(properties);
    this.topic = connection.topics().changes();
    this.broker = connection.bootstrapServers();
    vertx.runOnContext(_ -> check());
  }

  /** Returns why the topic cannot be written, or empty if it can. */
  public Optional<String> problem() {
    Duration silent = Duration.ofNanos(System.nanoTime() - answeredAt);
    return silent.compareTo(STUCK) > 0
        ? Optional.of(
            "the broker %s has not answered for %d s".formatted(broker, silent.toSeconds()))
        : problem;
  }

  /** Stops the checks. */
  public Future<Void> close() {
    closed = true;
    return vertx.executeBlocking(
        () -> {
          admin.close(Duration.ZERO);
          return null;
        });
  }

  private void check() {
    if (closed) {
      return;
    }
    if (!checking) {
      missed = 0;
      begin();
    } else if (++missed >= STUCK_CHECKS) {
      replaceClient();
    }
    // one timer after the other: a periodic one makes up for those missed in a standstill, at once
    vertx.setTimer(PERIOD.toMillis(), _ -> check());
  }

  private void begin() {
    checking = true;
    int number = checks.incrementAndGet();
    try {
      var _ =
          admin
              .describeTopics(
                  List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
              .allTopicNames()
              .whenComplete(
                  (found, failure) -> {
                    if (number == checks.get()) {
                      answered(
                          failure == null
                              ? unwritableReason(found.get(topic))
                              : Optional.of(reason(failure)));
                    }
                  });
    } catch (RuntimeException e) {
      answered(Optional.of(reason(e)));
    }
  }

  private void answered(Optional<String> now) {
    answeredAt = System.nanoTime();
    report(now);
    checking = false;
  }

  /** Replaces a client whose thread is dead or stuck, since it will not answer. */
  private void replaceClient() {
    LOG.atError().log("the client that checks the broker does not answer; replacing it");
    Admin old = admin;
    checks.incrementAndGet();
    admin = Admin.create(properties);
    checking = false;
    var _ =
        vertx.executeBlocking(
            () -> {
              old.close(Duration.ZERO);
              return null;
            });
  }

  private Optional<String> unwritableReason(TopicDescription found) {
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

  private void report(Optional<String> now) {
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
        : "the broker %s does not answer (%s)"
            .formatted(broker, failure.getClass().getSimpleName());
  }
}
