package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Admission of requests and repositories, and what the receiver reports about it. */
class AdmissionIT {

  private final KafkaConnection kafka = KafkaFixture.provisioned(Running.PARTITIONS);
  @TempDir private Path directory;

  @Test
  void refusesOtherNetworksAndTrustsOnlyItsProxies() throws Exception {
    String network = "network=192.0.2.0/24";
    try (Running direct = Running.start(directory, kafka, Map.of(), network);
        Running behindProxy =
            Running.start(directory, kafka, Map.of("webhook-proxy", "127.0.0.1"), network)) {
      HttpResponse<String> otherNetwork = direct.push("d-1");

      assertThat(otherNetwork.statusCode()).isEqualTo(403);
      assertThat(otherNetwork.body()).isEqualTo("{\"error\":\"not allowed from this address\"}");
      assertThat(direct.push("d-2", "X-Forwarded-For", "192.0.2.7").statusCode()).isEqualTo(403);
      assertThat(behindProxy.push("d-3", "X-Forwarded-For", "192.0.2.7").statusCode())
          .isEqualTo(202);
      assertThat(behindProxy.push("d-4", "X-Forwarded-For", "192.0.2.7, 10.0.0.1").statusCode())
          .isEqualTo(403);
    }
    assertThat(Running.ids(kafka)).containsExactly("github/d-3/0");
  }

  @Test
  void ignoresRepositoriesThatAreNotListed() throws Exception {
    try (Running running = Running.start(directory, kafka, Map.of(), "repository=shop/*")) {
      HttpResponse<String> other =
          running.push(Running.SECRET, "d-1", Running.body("other/shop", "refs/heads/main"));

      assertThat(other.statusCode()).isEqualTo(200);
      assertThat(other.body())
          .isEqualTo("{\"ignored\":\"the endpoint does not take this repository\"}");
      assertThat(running.push("d-2").statusCode()).isEqualTo(202);
    }
    assertThat(Running.ids(kafka)).containsExactly("github/d-2/0");
  }

  @Test
  void refusesQueriesCompressedBodiesAndTooLargeBodies() throws Exception {
    try (Running running = Running.start(directory, kafka, Map.of(), "max-body=500")) {
      assertThat(running.get("/webhooks/github?payload=x").statusCode()).isEqualTo(405);
      assertThat(running.raw(post("/webhooks/github?payload=%7B%7D", "")))
          .startsWith("HTTP/1.1 400 ")
          .contains("a query is not allowed");
      assertThat(running.push("d-1", "Content-Encoding", "gzip").statusCode()).isEqualTo(415);
      assertThat(running.push(Running.SECRET, "d-2", new byte[501]).statusCode()).isEqualTo(413);
      assertThat(running.push("d-3").statusCode()).isEqualTo(202);
    }
    assertThat(Running.ids(kafka)).containsExactly("github/d-3/0");
  }

  @Test
  void refusesUnreadRequestsAfterTooManyRefusals() throws Exception {
    Map<String, String> strict = Map.of("webhook-refusals", "1", "webhook-proxy", "127.0.0.1");
    try (Running running = Running.start(directory, kafka, strict)) {
      String[] attacker = {"X-Forwarded-For", "192.0.2.7"};
      byte[] body = Running.body("Shop/Frontend", "refs/heads/main");
      for (int i = 0; i < 10; i++) {
        assertThat(running.push("guess " + i, "d-1", body, attacker).statusCode()).isEqualTo(401);
      }

      HttpResponse<String> last = running.push(Running.SECRET, "d-2", body, attacker);

      assertThat(last.statusCode()).isEqualTo(429);
      assertThat(last.headers().firstValue("Retry-After")).contains("1");
      assertThat(running.push("d-3", "X-Forwarded-For", "192.0.2.8").statusCode()).isEqualTo(202);
    }
    assertThat(Running.ids(kafka)).containsExactly("github/d-3/0");
  }

  @Test
  void followsChangedSecretsWithoutARestart() throws Exception {
    try (Running running = Running.start(directory, kafka, Map.of())) {
      byte[] body = Running.body("Shop/Frontend", "refs/heads/main");
      assertThat(running.push("another secret", "d-1", body).statusCode()).isEqualTo(401);

      Files.writeString(directory.resolve("secret"), "another secret");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> running.push("another secret", "d-2", body).statusCode() == 202);
      assertThat(running.push("d-3").statusCode()).isEqualTo(401);

      Files.writeString(directory.resolve("secret"), "");
      await()
          .during(Duration.ofSeconds(3))
          .atMost(Duration.ofSeconds(20))
          .until(() -> running.push("another secret", "d-4", body).statusCode() == 202);
    }
  }

  @Test
  void countsWhatItDoes() throws Exception {
    try (Running running = Running.start(directory, kafka, Map.of())) {
      running.push("d-1");
      running.push("d-1");
      running.push("wrong", "d-2", Running.body("Shop/Frontend", "refs/heads/main"));
      running.push(Running.SECRET, "d-3", "{}".getBytes(UTF_8));
      running.push(Running.SECRET, "d-4", Running.body("Shop/Frontend", "refs/notes/commits"));

      // the port for webhooks shows whether it is ready, without reasons
      assertThat(running.get("/metrics").statusCode()).isEqualTo(404);
      assertThat(running.get("/livez").statusCode()).isEqualTo(200);
      assertThat(running.get("/readyz").statusCode()).isEqualTo(200);
      String metrics = running.health("/metrics").body();

      assertThat(metrics.lines())
          .contains(
              "sluice_receiver_accepted_total{endpoint=\"github\"} 1.0",
              "sluice_receiver_events_total{endpoint=\"github\"} 1.0",
              "sluice_receiver_redelivered_total{endpoint=\"github\"} 1.0",
              "sluice_receiver_ignored_total{endpoint=\"github\",reason=\"not-followable\"} 1.0",
              "sluice_receiver_refused_total{endpoint=\"-\",reason=\"unknown\"} 1.0",
              "sluice_receiver_refused_total{endpoint=\"github\",reason=\"malformed\"} 1.0",
              "sluice_receiver_refused_total{endpoint=\"github\",reason=\"unauthenticated\"} 1.0",
              "sluice_receiver_publish_seconds_count 1",
              "sluice_receiver_buffered_bytes 0.0",
              "sluice_receiver_connections 1.0",
              "# TYPE sluice_receiver_last_delivery_timestamp_seconds gauge");
      assertThat(metrics)
          .containsPattern(
              "sluice_receiver_last_delivery_timestamp_seconds\\{endpoint=\"github\"} \\d\\.\\d+E9\n")
          .doesNotContain(Running.SECRET);
    }
  }

  private static byte[] post(String target, String body) {
    return """
    POST %s HTTP/1.1\r
    Host: x\r
    Connection: close\r
    Content-Length: %d\r
    \r
    %s\
    """
        .formatted(target, body.length(), body)
        .getBytes(UTF_8);
  }
}
