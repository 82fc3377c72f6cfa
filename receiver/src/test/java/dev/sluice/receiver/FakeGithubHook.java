package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;

/**
 * Fake of GitHub's REST API for one webhook: lists attempts, two to a page, the latest first, and
 * redelivers on request.
 */
final class FakeGithubHook implements AutoCloseable {

  static final String TOKEN = "a token of the test";

  private static final String PATH = "/repos/shop/frontend/hooks/7/deliveries";
  private static final int PAGE = 2;

  /** Prefix of the ids of deliveries that it refuses to redeliver. */
  static final String UNWANTED = "unwanted-";

  private final HttpServer server;
  private final ToIntFunction<String> delivering;
  private final List<Attempt> attempts = new ArrayList<>();
  final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile int failing;
  private volatile String nonsense = "";

  /**
   * Starts the fake.
   *
   * @param delivering sends the delivery with this id and returns the status of the response
   */
  FakeGithubHook(ToIntFunction<String> delivering) throws IOException {
    this.delivering = delivering;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  String hook() {
    return "http://127.0.0.1:%d%s"
        .formatted(server.getAddress().getPort(), PATH.substring(0, PATH.lastIndexOf('/')));
  }

  /** Adds an attempt that was made so many seconds ago. */
  synchronized void attempted(String guid, int secondsAgo, int status) {
    attempts.add(
        new Attempt(attempts.size() + 1L, guid, Instant.now().minusSeconds(secondsAgo), status));
  }

  /** Sets the status of all further responses; 0 restores correct ones. */
  void fail(int status) {
    failing = status;
  }

  /**
   * Sets the body of all further responses and sends a malformed link; an empty body restores
   * correct responses.
   */
  void talkNonsense(String body) {
    nonsense = body;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!nonsense.isEmpty()) {
        byte[] body = nonsense.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Link", "<x?cursor=%zz>; rel=\"next\"");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      } else if (failing != 0) {
        exchange.getResponseHeaders().add("Location", "http://localhost:1/other");
        exchange.sendResponseHeaders(failing, -1);
      } else if (!("Bearer " + TOKEN)
          .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange.sendResponseHeaders(401, -1);
      } else if (path.equals(PATH)) {
        list(exchange);
      } else if (exchange.getRequestMethod().equals("POST") && path.startsWith(PATH)) {
        boolean willing = redeliver(Long.parseLong(path.split("/", -1)[7]));
        exchange.sendResponseHeaders(willing ? 202 : 422, -1);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private synchronized void list(HttpExchange exchange) throws IOException {
    String query = Objects.requireNonNull(exchange.getRequestURI().getQuery());
    int start =
        query.contains("cursor=v1_")
            ? Integer.parseInt(query.substring(query.indexOf("cursor=v1_") + 10))
            : 0;
    List<Attempt> latestFirst = attempts.reversed();
    int end = Math.min(start + PAGE, latestFirst.size());
    if (end < latestFirst.size()) {
      exchange
          .getResponseHeaders()
          .add("Link", "<%s?per_page=2&cursor=v1_%d>; rel=\"next\"".formatted(PATH, end));
    }
    byte[] body =
        latestFirst.subList(start, end).stream()
            .map(Attempt::json)
            .toList()
            .toString()
            .getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  private boolean redeliver(long id) {
    String guid;
    synchronized (this) {
      guid = attempts.get((int) id - 1).guid();
    }
    if (guid.startsWith(UNWANTED)) {
      return false;
    }
    asked.add(guid);
    attempted(guid, 0, delivering.applyAsInt(guid));
    return true;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private record Attempt(long id, String guid, Instant deliveredAt, int status) {

    /** Returns the attempt with additional fields, as in GitHub's documentation. */
    String json() {
      return """
      {"id":%d,"guid":"%s","delivered_at":"%s","redelivery":false,"duration":0.27,"status":"x",\
      "status_code":%d,"event":"push","action":null,"installation_id":null,"repository_id":1}\
      """
          .formatted(id, guid, deliveredAt, status);
    }
  }
}
