package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.process.MovedClock;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TopicWatchIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaConnection connection = KafkaFixture.provisioned(1);
  private final String changes = connection.topics().changes();

  @Test
  void detectsARecreatedTopic() throws Exception {
    try (Admin admin = Admin.create(connection.admin());
        TopicWatch watch = watch()) {
      watch.check();
      delete(admin);
      new TopicProvisioner(admin, connection.topics()).provision(1);

      awaitThrown(watch::check);
    }
  }

  @Test
  void detectsADeletedTopic() throws Exception {
    try (Admin admin = Admin.create(connection.admin());
        TopicWatch watch = watch()) {
      delete(admin);

      awaitThrown(watch::check);
      assertThatThrownBy(this::watch)
          .hasRootCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }

  @Test
  void replacesAClientThatNeverAnswers() {
    MovedClock clock = new MovedClock();
    AtomicInteger created = new AtomicInteger();
    // the first client answers once, and then never again, as if its thread had died
    Supplier<Admin> clients =
        () ->
            created.incrementAndGet() == 1
                ? new OnceAnsweringAdmin(connection)
                : Admin.create(connection.admin());
    try (TopicWatch watch = TopicWatch.begin(clients, List.of(changes), clock)) {
      awaitWhileChecking(watch, clock, () -> watch.silence().isPresent());
      awaitWhileChecking(watch, clock, () -> watch.silence().isEmpty());
      assertThat(created).hasValue(2);
    }
  }

  private static void awaitWhileChecking(
      TopicWatch watch, MovedClock clock, BooleanSupplier condition) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              clock.move(Duration.ofSeconds(6));
              watch.check();
              return condition.getAsBoolean();
            });
  }

  @Test
  void aClientThatMayStillTimeOutIsKept() {
    MovedClock clock = new MovedClock();
    AtomicInteger created = new AtomicInteger();
    Supplier<Admin> clients =
        () -> {
          created.incrementAndGet();
          return new OnceAnsweringAdmin(connection);
        };
    try (TopicWatch watch = TopicWatch.begin(clients, List.of(changes), clock)) {
      for (int i = 0; i < 25; i++) {
        clock.move(Duration.ofSeconds(1));
        watch.check();
      }
      assertThat(created).hasValue(1);
    }
  }

  /** A client whose second request stays without an answer, even that of a timeout. */
  private static final class OnceAnsweringAdmin extends ForwardingAdmin {

    private final Admin silent;
    private boolean answered;

    OnceAnsweringAdmin(KafkaConnection connection) {
      super(connection.admin());
      Map<String, Object> nowhere = connection.admin();
      nowhere.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
      nowhere.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 600_000);
      silent = Admin.create(nowhere);
    }

    @Override
    public DescribeTopicsResult describeTopics(
        TopicCollection topics, DescribeTopicsOptions options) {
      if (answered) {
        return silent.describeTopics(topics, options);
      }
      answered = true;
      return super.describeTopics(topics, options);
    }

    @Override
    public void close(Duration timeout) {
      silent.close(timeout);
      super.close(timeout);
    }
  }

  private TopicWatch watch() {
    return TopicWatch.begin(
        connection, List.of(changes, connection.topics().state()), Clock.systemUTC());
  }

  private void delete(Admin admin) throws Exception {
    admin.deleteTopics(List.of(changes)).all().get();
    await().atMost(PATIENCE).until(() -> !admin.listTopics().names().get().contains(changes));
  }

  private static void awaitThrown(ThrowingCallable check) {
    await()
        .atMost(Duration.ofSeconds(12))
        .untilAsserted(
            () -> assertThatThrownBy(check).isInstanceOf(TopicWatch.TopicChangedException.class));
  }
}
