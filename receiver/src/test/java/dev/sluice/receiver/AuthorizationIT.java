package dev.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Changes of Kafka's access rules under a running receiver: it reports missing rights and continues
 * once they are granted.
 */
class AuthorizationIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final KafkaConnection kafka = KafkaFixture.provisioned(Running.PARTITIONS);

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "DESCRIBE", "ALL"})
  void aMissingRightMakesItUnreadyUntilItIsGranted(AclOperation right, @TempDir Path directory)
      throws Exception {
    String changes = kafka.topics().changes();
    try (Running running =
        Running.start(directory, kafka, Map.of("webhook-publish-timeout", "2500ms"))) {
      await().atMost(PATIENCE).until(() -> running.health("/readyz").statusCode() == 200);
      assertThat(running.push("one").statusCode()).isEqualTo(202);

      KafkaFixture.deny(changes, right);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                var readyz = running.health("/readyz");
                assertThat(readyz.statusCode()).isEqualTo(503);
                assertThat(readyz.body()).contains(changes);
              });
      if (right != AclOperation.DESCRIBE) {
        await().atMost(PATIENCE).until(() -> running.push("two").statusCode() == 503);
      }

      KafkaFixture.allow(changes);
      await().atMost(PATIENCE).until(() -> running.health("/readyz").statusCode() == 200);
      await().atMost(PATIENCE).until(() -> running.push("three").statusCode() == 202);
    }
  }
}
