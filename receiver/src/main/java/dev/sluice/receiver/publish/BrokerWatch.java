package dev.sluice.receiver.publish;

import dev.sluice.contract.kafka.KafkaConnection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the broker now and then for the topic {@code changes}: the answer is the readiness. */
public final class BrokerWatch {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final int REQUEST_TIMEOUT_MS = 3_000;

  private final Vertx vertx;
  private final Admin admin;
  private final String topic;
  private final long timer;

  private volatile Optional<String> problem = Optional.of("the broker has not been asked yet");
  private volatile boolean looking;

  public BrokerWatch(Vertx vertx, KafkaConnection connection) {
    Map<String, Object> properties = connection.admin();
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
    return problem;
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
      return;
    }
    looking = true;
    var _ =
        admin
            .describeTopics(List.of(topic))
            .allTopicNames()
            .whenComplete(
                (_, failure) -> {
                  tell(failure == null ? Optional.empty() : Optional.of(reason(failure)));
                  looking = false;
                });
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
    return failure instanceof UnknownTopicOrPartitionException
        ? "topic %s does not exist; the dispatcher creates it".formatted(topic)
        : "the broker does not answer (%s)".formatted(failure.getClass().getSimpleName());
  }
}
