package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
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
