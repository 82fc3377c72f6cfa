package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of the API tell the caller while the read model is behind the topics. */
class CatchingUpIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String HEADER = "Sluice-Catching-Up";

  @TempDir private Path directory;

  @Test
  void answersSayThatTheyMayBeOldUntilTheTopicsAreRead() throws Exception {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    try (TopicWriter topics = new TopicWriter(connection)) {
      // a record that stops the reading, as those of a later version do
      topics.defined("web", "east").dispatched("web", "east", 1, 1).unknown().flush();
      topics.applied("web", "east", 1, 1).flush();
      for (int start = 1; start <= 2; start++) {
        try (RunningApi api =
            RunningApi.startUnready(directory, connection, Map.of(), Clock.systemUTC())) {
          await()
              .atMost(PATIENCE)
              .until(() -> api.get("/api/v1/applications/web").statusCode() == 200);
          await()
              .atMost(PATIENCE)
              .untilAsserted(
                  () ->
                      assertThat(api.get("/api/v1/applications").headers().firstValue(HEADER))
                          .contains("2 records"));
          HttpResponse<String> status = api.get("/api/v1/status");
          assertThat(status.headers().firstValue(HEADER)).contains("2 records");
          assertThat(json(status).get("catchingUp").asLong()).isEqualTo(2);
          JsonNode page = json(api.get("/api/v1/applications"));
          assertThat(page.get("catchingUp").asLong()).isEqualTo(2);
          assertThat(page.at("/items/0/phase").asText()).isEqualTo("Syncing");
          assertThat(api.get("/api/v1/clusters").headers().firstValue(HEADER)).isPresent();
          assertThat(api.get("/readyz").statusCode()).isEqualTo(503);
          assertThat(api.get("/readyz").body()).doesNotContain(" 0 records");
        }
      }
    }
  }

  @Test
  void answersOfAReadModelThatHasCaughtUpDoNotSaySo() throws Exception {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    try (TopicWriter topics = new TopicWriter(connection)) {
      topics.smallFleet();
      try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
        HttpResponse<String> status = api.get("/api/v1/status");

        assertThat(status.headers().firstValue(HEADER)).isEmpty();
        assertThat(json(status).has("catchingUp")).isFalse();
      }
    }
  }
}
