package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.process.FreePort;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A part that starts before Kafka waits for it, says so at its health port, and then works. */
class KafkaAtStartIT {

  private static final List<String> PARTS = List.of("dispatcher", "api", "receiver", "worker");
  private static final Duration WITHIN = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, Integer> ports = new LinkedHashMap<>();

  @TempDir private Path directory;
  private String kafka;
  private int kafkaPort;

  @BeforeEach
  void choosePorts() throws IOException {
    kafkaPort = FreePort.find();
    kafka = "127.0.0.1:" + kafkaPort;
    for (String part : PARTS) {
      ports.put(part, FreePort.find());
    }
  }

  @Test
  void everyPartWaitsForTheBrokerAndStopsWithoutAFailure() throws Exception {
    Map<String, SluiceProcess> running = new LinkedHashMap<>();
    try (SimulatedCluster cluster =
        SimulatedCluster.start(SimulatedClusterOptions.named("some-context"))) {
      for (String part : PARTS) {
        running.put(part, start(part, kafka, cluster.kubeconfig()));
      }
      for (String part : PARTS) {
        awaitUnready(part, kafka);
      }
      try (EmbeddedBroker _ = EmbeddedBroker.start(directory.resolve("kafka"), kafkaPort)) {
        for (Map.Entry<String, SluiceProcess> each : running.entrySet()) {
          awaitReady(each.getKey());
          assertThat(each.getValue().output()).contains(kafka);
        }
        for (Map.Entry<String, SluiceProcess> each : running.entrySet()) {
          each.getValue().stop();
          assertThat(each.getValue().awaitEnd()).as(each.getKey()).isZero();
        }
      }
    } finally {
      running.values().forEach(SluiceProcess::kill);
    }
  }

  @Test
  void anUnknownNameIsWaitedForAndAStopEndsTheWait() throws Exception {
    for (String part : PARTS) {
      try (SluiceProcess process = start(part, "kafka.invalid:9092", "")) {
        awaitUnready(part, "kafka.invalid:9092");
        assertThat(answer(part, "readyz").body()).contains("its name has no address");
        process.stop();
        assertThat(process.awaitEnd()).as(part).isZero();
      }
    }
  }

  @Test
  void allPartsInOneProcessWaitForTheirBroker() throws Exception {
    try (SimulatedCluster cluster = SimulatedCluster.start(SimulatedClusterOptions.named("this"));
        SluiceProcess up =
            SluiceProcess.start(
                directory.resolve("up.log"),
                Map.of(),
                "up",
                "--kafka",
                kafka,
                "--data",
                directory.resolve("data").toString(),
                "--fleet",
                fleet().toString(),
                "--mirrors",
                directory.resolve("mirrors").toString(),
                "--read-model",
                directory.resolve("read-model").toString(),
                "--kubeconfig",
                Files.writeString(directory.resolve("kubeconfig"), cluster.kubeconfig()).toString(),
                "--webhook-port",
                "0",
                "--api-port",
                ports.get("api").toString())) {
      awaitUnready("api", kafka);
      try (EmbeddedBroker _ = EmbeddedBroker.start(directory.resolve("kafka"), kafkaPort)) {
        awaitReady("api");
        up.stop();
        assertThat(up.awaitEnd()).isZero();
      }
    }
  }

  private void awaitUnready(String part, String broker) {
    await(part)
        .atMost(WITHIN)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(
            () -> {
              HttpResponse<String> ready = answer(part, "readyz");
              assertThat(ready.statusCode()).isEqualTo(503);
              assertThat(ready.body()).contains(broker);
              assertThat(answer(part, "livez").statusCode()).isEqualTo(200);
            });
  }

  private void awaitReady(String part) {
    await(part)
        .atMost(WITHIN)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(
            () -> assertThat(answer(part, "readyz")).returns(200, HttpResponse::statusCode));
  }

  private HttpResponse<String> answer(String part, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d/%s".formatted(ports.get(part), path));
    return http.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Starts a part whose health port is the part's of {@link #ports}. */
  private SluiceProcess start(String part, String broker, String kubeconfig) throws IOException {
    Path access = Files.writeString(directory.resolve("kubeconfig"), kubeconfig);
    String port = ports.get(part).toString();
    List<String> arguments = new ArrayList<>(List.of(part, "--kafka", broker));
    arguments.addAll(
        switch (part) {
          case "receiver" -> List.of("--webhook-port", "0", "--webhook-health-port", port);
          case "worker" ->
              List.of(
                  "--cluster", "this", "--kubeconfig", access.toString(), "--health-port", port);
          case "api" ->
              List.of("--api-port", port, "--read-model", directory.resolve("api").toString());
          default ->
              List.of(
                  "--dispatcher-health-port",
                  port,
                  "--api-port",
                  "0",
                  "--fleet",
                  fleet().toString(),
                  "--mirrors",
                  directory.resolve("mirrors").toString(),
                  "--read-model",
                  directory.resolve("read-model").toString());
        });
    return SluiceProcess.start(
        directory.resolve(part + ".log"), Map.of(), arguments.toArray(String[]::new));
  }

  private Path fleet() throws IOException {
    Path fleet = Files.createDirectories(directory.resolve("fleet"));
    Files.writeString(
        fleet.resolve("clusters.yaml"),
        "{apiVersion: sluice.dev/v1, kind: Cluster, metadata: {name: this}}");
    return fleet;
  }
}
