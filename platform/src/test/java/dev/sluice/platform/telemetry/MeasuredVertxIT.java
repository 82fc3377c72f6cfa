package dev.sluice.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Metrics of HTTP servers and of their event loops. */
class MeasuredVertxIT {

  private final Metrics metrics = new Metrics();
  private final Vertx vertx = MeasuredVertx.create("test", new VertxOptions(), metrics);
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() throws Exception {
    client.close();
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void aHandlerThatBlocksDelaysItsEventLoop() throws Exception {
    CompletableFuture<Void> blocking = new CompletableFuture<>();
    int port = listen(blocking);

    var response = client.sendAsync(get(port), HttpResponse.BodyHandlers.discarding());
    long sent = System.nanoTime();
    await().until(() -> System.nanoTime() - sent > TimeUnit.MILLISECONDS.toNanos(1_500));
    blocking.complete(null);

    assertThat(response.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    await()
        .untilAsserted(
            () ->
                assertThat(metrics.text())
                    .containsPattern(
                        "sluice_event_loop_delay_seconds_max\\{server=\"test\"} [1-9]\\."));
  }

  @Test
  void requestsAreMeasuredWithoutWhatClientsChoose() throws Exception {
    int port = listen(CompletableFuture.completedFuture(null));
    client.send(get(port), HttpResponse.BodyHandlers.discarding());

    await()
        .untilAsserted(
            () ->
                assertThat(metrics.text())
                    .contains(
                        "vertx_http_server_response_time_seconds_count{code=\"200\",route=\"\"} 1\n")
                    .doesNotContain(
                        "chosen",
                        "method=",
                        "vertx_http_server_request_bytes",
                        "vertx_http_server_active"));
  }

  @Test
  void eachRegistryHasTheRequestsOfItsOwnServer() throws Exception {
    Metrics other = new Metrics();
    Vertx second = MeasuredVertx.create("other", new VertxOptions(), other);
    try {
      int port = listen(CompletableFuture.completedFuture(null));
      client.send(get(port), HttpResponse.BodyHandlers.discarding());

      await().until(() -> metrics.text().contains("vertx_http_server_response_time_seconds_count"));
      assertThat(other.text()).doesNotContain("vertx_http_server_response_time_seconds_count");
    } finally {
      second.close().await(10, TimeUnit.SECONDS);
    }
  }

  private int listen(CompletableFuture<Void> before) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  before.join();
                  request.response().end();
                });
    return server.listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS).actualPort();
  }

  private static HttpRequest get(int port) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/chosen".formatted(port))).build();
  }
}
