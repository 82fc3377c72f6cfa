package dev.sluice.benchmarks;

import dev.sluice.benchmarks.measure.Child;
import dev.sluice.benchmarks.measure.Memory;
import dev.sluice.platform.kafka.KafkaConnection;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An API in a process of its own, as an installation runs it, with a small heap. */
final class ApiProcess implements AutoCloseable {

  private static final List<String> HEAP = List.of("-Xmx256m");

  private final Child process;
  private final int port;

  private ApiProcess(Child process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts an API.
   *
   * @param directory for its read model and its log
   */
  static ApiProcess start(Path directory, KafkaConnection connection) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    return new ApiProcess(
        Child.start(
            dev.sluice.standalone.Main.class,
            directory.resolve("api.log"),
            HEAP,
            "api",
            "--kafka",
            connection.bootstrapServers(),
            "--read-model",
            directory.resolve("read-model"),
            "--api-port",
            port),
        port);
  }

  /** Waits until it has read the topics. */
  void awaitReady() throws InterruptedException {
    CountDownLatch pause = new CountDownLatch(1);
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      while (!isReady(http)) {
        pause.await(50, TimeUnit.MILLISECONDS);
      }
    }
  }

  private boolean isReady(HttpClient http) throws InterruptedException {
    try {
      return http.send(request("/readyz"), HttpResponse.BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
        .build();
  }

  /** Returns the CPU time that it has used so far. */
  Duration cpu() {
    return process.cpu();
  }

  Memory memory() throws IOException {
    return process.memory();
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
