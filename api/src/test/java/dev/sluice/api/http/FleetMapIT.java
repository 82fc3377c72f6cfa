package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fleet in one answer, and the failure codes. */
class FleetMapIT {

  @TempDir Path directory;

  @Test
  void hasEachApplicationWithItsStateInEachCluster() throws Exception {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    try (TopicWriter topics = new TopicWriter(connection)) {
      topics
          .defined("web", "east", "west")
          .defined("other", "east")
          .pushed(1)
          .dispatched("web", "east", 1, 1)
          .applied("web", "east", 1, 1)
          .dispatched("web", "west", 1, 1)
          .parked("web", "west", 1, 1)
          .flush();
      try (RunningApi api =
          RunningApi.start(directory, connection, Map.of("jo", "role=viewer,cluster=west"))) {
        JsonNode web =
            json(api.get("/api/v1/fleet-map?application=web", "jo")).path("applications");
        JsonNode all = json(api.get("/api/v1/fleet-map", "jo")).path("applications");

        assertThat(web).hasSize(1);
        assertThat(web.get(0).path("application").asText()).isEqualTo("web");
        assertThat(web.get(0).path("repositories").get(0).asText())
            .isEqualTo(TopicWriter.REPOSITORY.value());
        assertThat(web.get(0).path("clusters")).hasSize(1);
        JsonNode west = web.get(0).path("clusters").get(0);
        assertThat(west.path("cluster").asText()).isEqualTo("west");
        assertThat(west.path("code").asText()).isNotEmpty();
        assertThat(west.path("reason").asText()).isNotEmpty();
        assertThat(west.path("since").asText()).matches("[^.]+Z");
        assertThat(all).as("others are not in the clusters of this token").hasSize(1);
      }
    }
  }

  @Test
  void answersAreCompressedForThoseWhoAsk() throws Exception {
    try (RunningApi api = RunningApi.start(directory, KafkaFixture.provisioned(1), Map.of())) {
      HttpResponse<byte[]> codes =
          api.http()
              .send(
                  api.to("/api/v1/failure-codes").header("Accept-Encoding", "gzip").build(),
                  BodyHandlers.ofByteArray());
      HttpResponse<String> plain = api.get("/api/v1/failure-codes");

      assertThat(codes.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
      assertThat(codes.body().length).isLessThan(plain.body().length() / 2);
      assertThat(json(plain))
          .anySatisfy(
              code -> {
                assertThat(code.path("code").asText()).isEqualTo("MissingNamespace");
                assertThat(code.path("remedy").asText()).isNotEmpty();
              });
    }
  }
}
