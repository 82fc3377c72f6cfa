package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.process.FaultyClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readiness of the API when the loop that follows the topics fails. */
class FollowerFaultIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error", "stack overflow"})
  void isUnreadyWhileTheLoopFails(String fault) throws Exception {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    FaultyClock clock = new FaultyClock("Follower");
    try (TopicWriter topics = new TopicWriter(connection);
        RunningApi api = RunningApi.start(directory, connection, Map.of(), clock)) {
      assertThat(api.get("/readyz").statusCode()).isEqualTo(200);

      clock.fail(fault);

      await().atMost(PATIENCE).until(() -> api.get("/readyz").statusCode() == 503);
      assertThat(api.get("/readyz").body()).contains("read-model", "a test's fault");
      assertThat(api.get("/api/v1/status").body()).contains("a test's fault");

      topics.defined("web", "east").flush();
      clock.recover();

      await().atMost(PATIENCE).until(() -> api.get("/readyz").statusCode() == 200);
      assertThat(api.get("/api/v1/applications/web").statusCode()).isEqualTo(200);
    }
  }
}
