package dev.sluice.dispatcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.telemetry.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executors;

/** {@code GET /livez} and {@code /readyz}: 200, or 503 with the reasons; {@code GET /metrics}. */
final class HealthServer implements AutoCloseable {

  private final HttpServer server;

  private HealthServer(HttpServer server) {
    this.server = server;
  }

  static HealthServer start(int port, Dispatcher dispatcher, Metrics metrics) {
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
      server.createContext(
          "/livez",
          exchange ->
              answer(
                  exchange,
                  dispatcher.isAlive() ? List.of() : List.of("a thread does not come round")));
      server.createContext("/readyz", exchange -> answer(exchange, dispatcher.obstacles()));
      server.createContext("/metrics", exchange -> answer(exchange, metrics));
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.start();
      return new HealthServer(server);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve health on port " + port, e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, Metrics metrics) throws IOException {
    try (exchange;
        OutputStream out = exchange.getResponseBody()) {
      byte[] body = metrics.text().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", Metrics.CONTENT_TYPE);
      exchange.sendResponseHeaders(200, body.length);
      out.write(body);
    }
  }

  private static void answer(HttpExchange exchange, List<String> obstacles) throws IOException {
    try (exchange;
        OutputStream out = exchange.getResponseBody()) {
      byte[] body = (obstacles.isEmpty() ? "ok" : String.join("\n", obstacles)).getBytes(UTF_8);
      exchange.sendResponseHeaders(obstacles.isEmpty() ? 200 : 503, body.length);
      out.write(body);
    }
  }
}
