package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.json.Json;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An API server that refuses requests because it is too busy, as API Priority and Fairness does.
 */
final class BusyApiIT {

  private static final String PATH = "/api/v1/configmaps";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger reported = new AtomicInteger();

  /** Refusals to come. */
  private final AtomicInteger refusing = new AtomicInteger();

  /** Requests that the server handles at once. */
  private volatile Semaphore seats = new Semaphore(1_000);

  private volatile String retryAfter = "1";
  private volatile boolean withStatus;
  private volatile boolean leads = true;
  private HttpServer server;
  private KubernetesClient client;
  private ClusterApi api;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withAutoConfigure(false)
                    .withRequestRetryBackoffLimit(0)
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .build())
            .build();
    api =
        new ClusterApi(
            client, PATIENCE, () -> leads, RequestPace.repeating(reported::incrementAndGet));
  }

  @AfterEach
  void close() {
    client.close();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void sendsARefusedRequestAgainAfterTheTimeThatTheServerNames() throws Exception {
    refusing.set(2);
    long begun = System.nanoTime();

    assertThat(api.get(PATH)).isPresent();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(requests).hasValue(3);
    assertThat(reported).hasValue(2);
  }

  /** The server handles 4 of 100 requests at once, so it refuses 96 of the first. */
  @Test
  void sendsNoStormOfRequestsToABusyServer() throws Exception {
    seats = new Semaphore(4);
    List<Future<?>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(threads.submit(() -> api.get(PATH)));
    }

    for (Future<?> call : calls) {
      assertThat(call.get()).isNotNull();
    }

    assertThat(refusals.get()).as("refused").isBetween(90, 300);
  }

  @Test
  void failsIfTheServerStaysBusy() {
    refusing.set(1_000);

    assertThatThrownBy(() -> api.get(PATH))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(429);
              assertThat(e.retryAfter()).contains(Duration.ofSeconds(1));
            });
    assertThat(requests).hasValue(8);
  }

  @Test
  void leavesALongWaitToTheLane() {
    refusing.set(1);
    retryAfter = "3600";

    assertThatThrownBy(() -> api.get(PATH))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.retryAfter()).contains(Duration.ofHours(1)));
    assertThat(requests).hasValue(1);
  }

  @Test
  void aRefusalOfOneObjectSlowsNothingDown() throws Exception {
    refusing.set(1);
    withStatus = true;

    assertThatThrownBy(() -> api.get(PATH)).isInstanceOf(ApiException.class);
    long begun = System.nanoTime();

    assertThat(api.get(PATH)).isPresent();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
    assertThat(reported).hasValue(0);
  }

  @Test
  void doesNotRepeatAWriteOnceAnotherWorkerMayLead() {
    refusing.set(1);
    ObjectNode object = Json.mapper().createObjectNode();
    Future<?> write = threads.submit(() -> api.apply(PATH + "/a", object, true));
    await().atMost(PATIENCE).until(() -> refusals.get() == 1);

    leads = false;

    assertThatThrownBy(write::get).hasMessageContaining("may no longer lead");
    assertThat(requests).hasValue(1);
  }

  @Test
  void aWatchIsRefusedAndOpenedAgain() {
    refusing.set(2);
    AtomicInteger lists = new AtomicInteger();

    try (Reflector reflector = Reflector.start(api, PATH, PATIENCE, new Listed(lists))) {
      await().atMost(PATIENCE).until(reflector::isWatching);
    }

    assertThat(lists).hasValue(1);
    assertThat(refusals).hasValue(2);
  }

  private record Listed(AtomicInteger lists) implements Reflector.Listener {

    @Override
    public void changed(ObjectNode object) {}

    @Override
    public void deleted(ObjectNode object) {}

    @Override
    public void listed(Set<String> keys, String version) {
      lists.incrementAndGet();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    boolean refuses = refusing.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    if (refuses || !seats.tryAcquire()) {
      refusals.incrementAndGet();
      exchange.getResponseHeaders().set("Retry-After", retryAfter);
      if (withStatus) {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        send(exchange, 429, "{\"kind\": \"Status\", \"reason\": \"TooManyRequests\"}");
      } else {
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        send(exchange, 429, "Too many requests, please try again later.\n");
      }
      return;
    }
    try {
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      if (query.contains("watch=true")) {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush(); // and stays open
      } else {
        boolean unused = new Semaphore(0).tryAcquire(20, MILLISECONDS);
        send(exchange, 200, "{\"metadata\": {\"resourceVersion\": \"10\"}, \"items\": []}");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      seats.release();
    }
  }

  private static void send(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
