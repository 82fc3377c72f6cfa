package dev.sluice.platform.kafka;

import dev.sluice.platform.health.HealthServer;
import dev.sluice.platform.health.Readiness;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.KafkaFailures;
import dev.sluice.platform.telemetry.Metrics;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wait for Kafka before a part starts. Meanwhile the part's health port answers: alive, and not
 * ready, with the broker's address and the reason.
 */
public final class BrokerWait {

  private static final Logger log = LoggerFactory.getLogger(BrokerWait.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int ANSWER_MS = 5_000;

  /** The beginning of the message of Kafka's clients about names without an address. */
  private static final String NO_ADDRESS = "No resolvable bootstrap urls";

  private final KafkaConnection connection;
  private final Need need;
  private final Instant since = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private volatile String problem = "";

  /** State of Kafka that a part needs to start. */
  public enum Need {
    /** A broker's name has an address; the part itself waits for the broker's answer. */
    ADDRESS,
    /** A broker answers. */
    BROKER,
    /** A broker answers, and has the topics that a dispatcher creates. */
    TOPICS
  }

  private BrokerWait(KafkaConnection connection, Need need) {
    this.connection = connection;
    this.need = need;
  }

  /**
   * Waits without a limit.
   *
   * @param health address of the part's health port, which is free again when this returns
   * @throws KafkaException if Kafka's clients refuse the configuration
   */
  public static void await(
      KafkaConnection connection, Need need, Optional<InetSocketAddress> health)
      throws InterruptedException {
    new BrokerWait(connection, need).await(health);
  }

  private void await(Optional<InetSocketAddress> health) throws InterruptedException {
    if (isMet()) {
      return;
    }
    HealthServer server = health.map(this::serve).orElse(null);
    FailureLog failures = new FailureLog(log, "start");
    String subject = "reaching Kafka at " + connection.bootstrapServers();
    try {
      do {
        failures.failed(subject, problem);
        Thread.sleep(PAUSE);
      } while (!isMet());
      failures.succeeded(subject);
    } finally {
      if (server != null) {
        server.close();
      }
    }
  }

  private HealthServer serve(InetSocketAddress address) {
    return HealthServer.start(
        address, () -> Readiness.unless(List.of()), this::readiness, new Metrics());
  }

  private Readiness readiness() {
    return new Readiness(
        false,
        "waiting for Kafka at %s since %s: %s"
            .formatted(connection.bootstrapServers(), since, problem));
  }

  /** Returns whether Kafka is in the needed state; otherwise the reason is in {@link #problem}. */
  private boolean isMet() throws InterruptedException {
    try (Admin admin = Admin.create(properties())) {
      switch (need) {
        case ADDRESS -> {}
        case BROKER -> admin.describeCluster().clusterId().get();
        case TOPICS -> admin.describeTopics(topics()).allTopicNames().get();
      }
      return true;
    } catch (ExecutionException e) {
      problem =
          e.getCause() instanceof UnknownTopicOrPartitionException
              ? "it has no topics yet, which a dispatcher creates when it first runs"
              : KafkaFailures.describe(e);
      return false;
    } catch (KafkaException e) {
      if (!lacksAddress(e)) {
        throw e;
      }
      problem = "its name has no address: check the setting kafka, and whether its Service exists";
      return false;
    }
  }

  private List<String> topics() {
    Topics topics = connection.topics();
    return List.of(topics.changes(), topics.state(), topics.results(), topics.deadLetters());
  }

  private static boolean lacksAddress(KafkaException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof ConfigException
        && String.valueOf(cause.getMessage()).startsWith(NO_ADDRESS);
  }

  private Map<String, Object> properties() {
    Map<String, Object> properties = connection.admin();
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MS);
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MS);
    return properties;
  }
}
