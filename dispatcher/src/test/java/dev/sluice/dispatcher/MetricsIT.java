package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.partition.RetryTiming;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics that a dispatcher serves at {@code /metrics}. */
class MetricsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private Situation situation;

  @BeforeEach
  void open() throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging");
    situation.put("web", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void aPushIsCountedAndTimedAndAStoppedPartitionIsVisible() throws Exception {
    Dispatcher dispatcher =
        situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    situation.put("web", "two").pushAndNotify();
    situation.awaitSync(STAGING, 2);

    awaitLines(
        dispatcher,
        "sluice_dispatcher_changes_total 1.0",
        "sluice_dispatcher_targets_total 2.0",
        // the first belongs to the definition
        "sluice_dispatcher_change_to_dispatched_seconds_count 2",
        "sluice_dispatcher_lag{home=\"0\"} 0.0",
        "sluice_dispatcher_obstacles 0.0",
        "sluice_dispatcher_retries_total 0.0");

    situation.file("apps/web/kustomization.yaml", "resources: [missing.yaml]\n").pushAndNotify();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(metrics(dispatcher))
                    .containsPattern("sluice_dispatcher_refused_total\\{cause=\"\\w+\"} 1"));

    ProducerRecord<String, byte[]> unknown =
        new ProducerRecord<>(
            situation.connection.topics().changes(), situation.repository.value(), new byte[] {1});
    unknown.headers().add("ce_type", "dev.sluice.from-the-future.v1".getBytes(UTF_8));
    situation.send(unknown);
    awaitLines(
        dispatcher, "sluice_dispatcher_obstacles 1.0", "sluice_dispatcher_lag{home=\"0\"} 1.0");
  }

  @Test
  void movesFoundByPollingAreCounted() throws Exception {
    Dispatcher dispatcher =
        situation.start(
            situation.onePartition(
                new RetryTiming(
                    Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofMillis(300))),
            DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    situation.put("web", "two").push();
    situation.awaitSync(STAGING, 2);

    awaitLines(dispatcher, "sluice_dispatcher_sweep_finds_total 1.0");
  }

  @Test
  void anUnavailableForgeIsVisibleInTheRetries() throws Exception {
    Dispatcher dispatcher =
        situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    // announced, and not there yet
    situation.put("web", "two");
    CommitId commit = situation.commit();
    situation.deliver(Optional.of(commit));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(metrics(dispatcher))
                    .containsPattern("sluice_dispatcher_retries_total [1-9]")
                    .contains("sluice_dispatcher_lag{home=\"0\"} "));
    situation.origin.set(Situation.MAIN, commit);
    situation.awaitSync(STAGING, 2);
  }

  private static void awaitLines(Dispatcher dispatcher, String... lines) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(metrics(dispatcher).lines()).contains(lines));
  }

  private static String metrics(Dispatcher dispatcher) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri =
          URI.create(
              "http://localhost:%d/metrics".formatted(dispatcher.healthPort().orElseThrow()));
      HttpResponse<String> response =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
      return response.body();
    }
  }
}
