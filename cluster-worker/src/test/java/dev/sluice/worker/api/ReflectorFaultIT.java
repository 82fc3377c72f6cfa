package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Watches that fail: each is continued from its last event, or begins with a list. */
@Timeout(60)
final class ReflectorFaultIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String COLLECTION = "/api/v1/things";
  private static final Pattern VERSION = Pattern.compile("resourceVersion=(\\d+)");

  private final Queue<Answer> watches = new ConcurrentLinkedQueue<>();
  private final List<String> from = new CopyOnWriteArrayList<>();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Consumer<String> onEvent = _ -> {};
  private HttpServer server;
  private KubernetesClient client;

  /** The answer to a request to watch. */
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final class Log implements Reflector.Listener {

    @Override
    public void changed(ObjectNode object) {
      String version = object.path("metadata").path("resourceVersion").asText();
      received.add("changed " + version);
      onEvent.accept(version);
    }

    @Override
    public void deleted(ObjectNode object) {
      received.add("deleted " + Reflector.key(object));
    }

    @Override
    public void listed(Set<String> keys, String version) {
      received.add("listed");
    }
  }

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(COLLECTION, this::answer);
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
  }

  @AfterEach
  void close() {
    stopped.countDown();
    client.close();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void continuesAWatchWhoseConnectionBreaksFromItsLastEvent() {
    watches.add(events(true, 11, 12));

    try (Reflector reflector = start(PATIENCE)) {
      await().atMost(PATIENCE).until(() -> from.size() == 2 && reflector.isWatching());
    }

    assertThat(from).containsExactly("10", "12");
    assertThat(received).containsExactly("listed", "changed 11", "changed 12");
  }

  @Test
  void continuesAWatchWhoseConnectionIsLostWithoutAnError() {
    watches.add(events(false, 11));

    try (Reflector _ = start(Duration.ofSeconds(1))) {
      await().atMost(PATIENCE).until(() -> from.size() == 2);
    }

    assertThat(from).containsExactly("10", "11");
  }

  @Test
  void triesAgainIfTheAnswerOfARefusalDoesNotEnd() {
    watches.add(
        exchange -> {
          exchange.sendResponseHeaders(503, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          awaitStop();
        });

    try (Reflector reflector = start(PATIENCE)) {
      await().atMost(PATIENCE).until(() -> from.size() == 2 && reflector.isWatching());
    }

    assertThat(from).containsExactly("10", "10");
  }

  @Test
  void listsAgainAfterARefusalWithoutAStatus() {
    watches.add(
        exchange -> {
          exchange.sendResponseHeaders(410, 0);
          exchange.getResponseBody().write("gone".getBytes(UTF_8));
          exchange.close();
        });

    try (Reflector _ = start(PATIENCE)) {
      await().atMost(PATIENCE).until(() -> received.equals(List.of("listed", "listed")));
    }
  }

  @Test
  void listsAgainAfterAListenerFailed() {
    watches.add(events(false, 11));
    onEvent =
        _ -> {
          throw new IllegalStateException("test");
        };

    try (Reflector _ = start(PATIENCE)) {
      await()
          .atMost(PATIENCE)
          .until(() -> received.equals(List.of("listed", "changed 11", "listed")));
    }
  }

  private Reflector start(Duration watchTime) {
    return Reflector.start(
        new ClusterApi(client, Duration.ofSeconds(2)), COLLECTION, watchTime, new Log());
  }

  /** Answers a list with nothing, and a watch with the next answer; without one it stays open. */
  private void answer(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    if (query.contains("watch=true")) {
      Matcher version = VERSION.matcher(query);
      from.add(version.find() ? version.group(1) : "none");
      Answer answer = watches.poll();
      (answer == null ? events(false) : answer).to(exchange);
    } else {
      byte[] list = "{\"items\": [], \"metadata\": {\"resourceVersion\": \"10\"}}".getBytes(UTF_8);
      exchange.sendResponseHeaders(200, list.length);
      exchange.getResponseBody().write(list);
      exchange.close();
    }
  }

  /** Returns a watch with events of these versions, which then breaks or says nothing more. */
  private Answer events(boolean breaking, int... versions) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      for (int version : versions) {
        exchange
            .getResponseBody()
            .write(
                "{\"type\": \"MODIFIED\", \"object\": {\"metadata\": {\"name\": \"a\", \"resourceVersion\": \"%d\"}}}\n"
                    .formatted(version)
                    .getBytes(UTF_8));
      }
      exchange.getResponseBody().flush();
      if (breaking) {
        await()
            .atMost(PATIENCE)
            .until(() -> received.contains("changed " + versions[versions.length - 1]));
        throw new IOException("a handler that fails breaks the connection");
      }
      awaitStop();
    };
  }

  private void awaitStop() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
